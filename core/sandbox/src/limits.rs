//! What a call may use up, and what is left of an adapter's words.
//!
//! Each limit grows with the input, so that an honest adapter reaches none of them with a
//! document of any size, and each that is reached ends the call.

use std::time::Duration;

use hatch_core::adapter::Section;
use wasmtime::ResourceLimiter;

const MIB: usize = 1 << 20;

/// Memory for any call.
const MEMORY: usize = 64 * MIB;
/// Memory for each byte of input: adapters were seen to need up to 29 times the document.
const MEMORY_PER_BYTE: usize = 32;
/// How much of this process's memory any answer may fill.
const ANSWER: usize = 16 * MIB;
/// How much of it for each byte of input: a server of 100 bytes takes ten times that.
const ANSWER_PER_BYTE: usize = 32;
/// Time for any call.
const TIME: Duration = Duration::from_secs(2);
/// Time for each MiB of input. Slow languages take a quarter of it.
const TIME_PER_MIB: Duration = Duration::from_secs(1);
/// Elements of all tables; 13,000 is what Python's component has.
const TABLE_ELEMENTS: usize = 100_000;
/// Core instances of one component, of which Python's has 38.
const INSTANCES: usize = 64;
const TABLES: usize = 64;
const MEMORIES: usize = 16;
/// Bytes of a message; more is cut.
const MESSAGE: usize = 4096;

/// What one call may use up, and what it has used.
#[derive(Debug)]
pub(crate) struct Limits {
    memory: usize,
    used_memory: usize,
    used_elements: usize,
    /// Bytes of this process's memory that the answer may fill.
    pub(crate) answer: usize,
    /// How long the call may take.
    pub(crate) time: Duration,
}

/// A limit that ended a call, in words that follow the adapter's name.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum Reached {
    #[error("it asked for more than {} MiB of memory", .0 / MIB)]
    Memory(usize),
    #[error("it asked for tables of more than {TABLE_ELEMENTS} elements")]
    Tables,
}

impl Limits {
    /// The limits of a call with so many bytes of input.
    pub(crate) fn for_input(bytes: usize) -> Self {
        let mebibytes = u32::try_from(bytes / MIB).unwrap_or(u32::MAX);
        Limits {
            memory: MEMORY.max(bytes.saturating_mul(MEMORY_PER_BYTE)),
            used_memory: 0,
            used_elements: 0,
            answer: bytes.saturating_mul(ANSWER_PER_BYTE).saturating_add(ANSWER),
            time: TIME_PER_MIB.saturating_mul(mebibytes).saturating_add(TIME),
        }
    }

    /// The limit of an answer, in words.
    pub(crate) fn answer_in_words(&self) -> String {
        format!("its answer is larger than {} MiB", self.answer / MIB)
    }

    /// The limit of time, in words.
    pub(crate) fn time_in_words(&self) -> String {
        format!("it ran for more than {} s and was stopped", self.time.as_secs())
    }
}

/// Grants growth as long as *all* memories and tables together stay below the limits.
///
/// Growth that is not granted ends the call at once, instead of telling the adapter of it:
/// what an adapter without memory would do next is to trap, with less of a reason.
impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let used = self.used_memory.saturating_add(desired.saturating_sub(current));
        if used > self.memory {
            return Err(Reached::Memory(self.memory).into());
        }
        self.used_memory = used;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let used = self.used_elements.saturating_add(desired.saturating_sub(current));
        if used > TABLE_ELEMENTS {
            return Err(Reached::Tables.into());
        }
        self.used_elements = used;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

/// The bytes of text in the sections: what limits grow with. Edits don't count, since they
/// are what the limits have room for anyway, unless there are very many.
pub(crate) fn input_size(sections: &[Section], edits: usize) -> usize {
    let text: usize =
        sections.iter().filter_map(|section| section.value.as_ref()).map(String::len).sum();
    text.saturating_add(edits.saturating_mul(512))
}

/// A message of an adapter, made fit for a person: cut, and without control characters.
///
/// Line breaks and tabs become spaces. What steers a terminal, and what turns the direction
/// of text around, is dropped.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(MESSAGE));
    for character in text.chars() {
        let character = match character {
            '\n' | '\r' | '\t' => ' ',
            other if is_hidden(other) => continue,
            other => other,
        };
        if clean.len() + character.len_utf8() > MESSAGE - '…'.len_utf8() {
            clean.push('…');
            break;
        }
        clean.push(character);
    }
    clean
}

/// C0, C1, and what changes how the text around it is shown.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_with_the_input() {
        let small = Limits::for_input(1000);
        assert_eq!((small.memory, small.time), (64 * MIB, Duration::from_secs(2)));
        let large = Limits::for_input(100 * MIB);
        assert_eq!((large.memory, large.time), (3200 * MIB, Duration::from_secs(102)));
        assert_eq!(Limits::for_input(usize::MAX).memory, usize::MAX);
    }

    #[test]
    fn all_memories_count_together() {
        let mut limits = Limits::for_input(0);
        assert!(limits.memory_growing(0, 40 * MIB, None).unwrap());
        assert!(!limits.memory_growing(0, 2, Some(1)).unwrap());
        let error = limits.memory_growing(0, 40 * MIB, None).unwrap_err();
        assert_eq!(error.to_string(), "it asked for more than 64 MiB of memory");
    }

    #[test]
    fn messages_are_cut_and_harmless() {
        assert_eq!(clean("a\u{1b}[31m\nb\u{202e}c\u{9b}"), "a[31m bc");
        let long = clean(&"é".repeat(5000));
        assert!(long.len() <= MESSAGE && long.ends_with("é…"));
    }
}
