//! Adapters that give the answers that a test puts into their memory.

use crate::made::{component, escaped};

/// Where the answers lie, below what the allocator hands out.
const BASE: usize = 4096;

/// What an adapter answers.
#[derive(Clone, Copy)]
pub(crate) struct Canned<'a> {
    /// What it says of its host.
    pub(crate) descriptor: &'a str,
    /// Names and commands of the servers that it reads in a section without a `~`.
    pub(crate) before: &'a [(&'a str, &'a str)],
    /// Likewise in one with a `~`.
    pub(crate) after: &'a [(&'a str, &'a str)],
    /// Document, key and JSON of the sections that it writes, whatever it is asked.
    pub(crate) sections: &'a [(&'a str, &'a str, &'a str)],
    /// How many edits it says it made.
    pub(crate) done: usize,
}

impl Canned<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut memory = Memory(Vec::new());
        let described = memory.text(self.descriptor);
        let describe = memory.words(&described);
        let (before, after) = (memory.reading(self.before), memory.reading(self.after));
        let write = memory.writing(self.sections, self.done);
        component(&format!(
            r#"(memory $memory 8)
            (data (i32.const {BASE}) "{image}")
            (func $describe (result i32) (i32.const {describe}))
            (func $write (param i32 i32 i32 i32) (result i32) (i32.const {write}))
            (func $read (param $sections i32) (param i32) (result i32)
              (local $at i32) (local $end i32)
              (if (i32.eqz (i32.load8_u offset=16 (local.get $sections)))
                (then (return (i32.const {before}))))
              (local.set $at (i32.load offset=20 (local.get $sections)))
              (local.set $end
                (i32.add (local.get $at) (i32.load offset=24 (local.get $sections))))
              (loop $next
                (if (i32.eq (local.get $at) (local.get $end))
                  (then (return (i32.const {before}))))
                (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 126))
                  (then (return (i32.const {after}))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $next))
              (unreachable))"#,
            image = escaped(&memory.0),
        ))
    }
}

/// The memory of an adapter, from [`BASE`] on. Values lie in it as the canonical ABI has them.
struct Memory(Vec<u8>);

impl Memory {
    fn bytes(&mut self, bytes: &[u8]) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(8), 0);
        let at = BASE + self.0.len();
        self.0.extend_from_slice(bytes);
        u32::try_from(at).unwrap()
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        self.bytes(&words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>())
    }

    fn text(&mut self, text: &str) -> [u32; 2] {
        [self.bytes(text.as_bytes()), u32::try_from(text.len()).unwrap()]
    }

    /// A list, of whose items there are the words, one after the other.
    fn list(&mut self, items: &[Vec<u32>]) -> [u32; 2] {
        [self.words(&items.concat()), u32::try_from(items.len()).unwrap()]
    }

    /// A server that is started with a command. All else that there could be of it is none.
    fn server(&mut self, name: &str, command: &str) -> Vec<u32> {
        let literal = self.text(command);
        let mut segment = vec![0; 6];
        segment[1..3].copy_from_slice(&literal);
        let mut server = vec![0; 56];
        server[0..2].copy_from_slice(&self.text(name));
        server[3..5].copy_from_slice(&self.list(&[segment]));
        server
    }

    fn reading(&mut self, servers: &[(&str, &str)]) -> u32 {
        let servers: Vec<_> =
            servers.iter().map(|(name, command)| self.server(name, command)).collect();
        let [at, count] = self.list(&servers);
        self.words(&[0, at, count, 0, 0, 0, 0])
    }

    fn writing(&mut self, sections: &[(&str, &str, &str)], done: usize) -> u32 {
        let sections: Vec<_> = sections
            .iter()
            .map(|(document, key, value)| {
                let key = self.text(key).to_vec();
                let (document, path) = (self.text(document), self.list(&[key]));
                [&document[..], &path, &[1], &self.text(value)].concat()
            })
            .collect();
        let sections = self.list(&sections);
        // Each edit is done, without a loss.
        let outcomes = self.list(&vec![vec![0; 3]; done]);
        self.words(&[&[0][..], &sections, &outcomes].concat())
    }
}
