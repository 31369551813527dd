//! Bytes as decisions: what a fuzzer changes is one choice of many, and an empty list makes the
//! plainest of everything.

/// A list of bytes, each of which decides one thing.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    bytes: &'a [u8],
}

/// Text up to the first NUL, which no document holds, and the decisions behind it.
pub fn split(data: &[u8]) -> (&[u8], Choices<'_>) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    (&data[..end], Choices::new(data.get(end + 1..).unwrap_or_default()))
}

impl<'a> Choices<'a> {
    /// The decisions of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Choices { bytes }
    }

    /// A number below `count`; zero once the bytes are used up.
    pub fn pick(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % count
    }

    /// True once in `count` times.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.pick(count) == count - 1
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.pick(from.len())]
    }

    /// Perhaps what `make` makes.
    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(2).then(|| make(self))
    }

    /// Fewer than `count` of what `make` makes.
    pub fn several<T>(&mut self, count: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.pick(count)).map(|_| make(self)).collect()
    }

    /// Up to `longest` bytes as they are; what is no UTF-8 becomes question marks.
    pub fn text(&mut self, longest: usize) -> String {
        let length = self.pick(longest + 1).min(self.bytes.len());
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        String::from_utf8_lossy(text).replace(char::REPLACEMENT_CHARACTER, "?")
    }
}
