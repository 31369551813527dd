//! The digest of an adapter's bytes, spelt as registries spell it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentDigest(String);

/// Text that is no [`ContentDigest`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no digest: `sha256:` and 64 lower-case hexadecimal digits")]
pub struct InvalidDigest(String);

const ALGORITHM: &str = "sha256:";

impl ContentDigest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digits = Sha256::digest(bytes)
            .iter()
            .fold(String::from(ALGORITHM), |text, byte| text + &format!("{byte:02x}"));
        ContentDigest(digits)
    }

    /// The digits alone, which name files.
    pub fn hex(&self) -> &str {
        &self.0[ALGORITHM.len()..]
    }

    /// With the algorithm.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// So many digits that people can tell adapters apart.
    pub fn short(&self) -> &str {
        &self.0[..ALGORITHM.len() + 12]
    }
}

impl TryFrom<String> for ContentDigest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match text.strip_prefix(ALGORITHM) {
            Some(hex) if hex.len() == 64 && hex.bytes().all(is_digit) => Ok(ContentDigest(text)),
            _ => Err(InvalidDigest(text)),
        }
    }
}

impl From<ContentDigest> for String {
    fn from(digest: ContentDigest) -> String {
        digest.0
    }
}

impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_spelt_one_way() {
        let digest = ContentDigest::of(b"");
        assert_eq!(digest.short(), "sha256:e3b0c44298fc");
        assert_eq!(ContentDigest::try_from(digest.to_string()).unwrap(), digest);
        let hex = digest.hex().to_owned();
        for bad in [hex.clone(), format!("sha512:{hex}"), format!("sha256:{}", hex.to_uppercase())]
        {
            assert!(ContentDigest::try_from(bad).is_err());
        }
        assert!(ContentDigest::try_from(format!("sha256:{}", &hex[1..])).is_err());
    }
}
