//! Signatures in the format of minisign.
//!
//! A signature says that whoever has a key signed these bytes. Whose key that is nobody
//! can tell from it: the first one is trusted on first use, kept in the lock, and every
//! later version has to be signed with the same.

use std::fmt;
use std::io::Cursor;

use minisign::{KeyPair, PublicKeyBox, SecretKeyBox, SignatureBox};

/// How the name of a signature's file ends, after the file's own.
pub const EXTENSION: &str = ".minisig";
/// The same of the file that holds the public key.
pub const KEY_EXTENSION: &str = ".pub";

/// A public key.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKey(minisign::PublicKey);

/// A secret key. It is never shown.
pub struct SecretKey(minisign::SecretKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

/// Why something is not signed as it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// No key of minisign.
    #[error("that is no public key of minisign")]
    BadKey,
    /// No secret key of minisign, or the wrong password.
    #[error("that is no secret key of minisign, or not its password")]
    BadSecretKey,
    /// No signature of minisign.
    #[error("that is no signature of minisign")]
    BadSignature,
    /// It was made with another key.
    #[error("it is signed with the key {found}, and should be with {expected}")]
    OtherKey {
        /// The key's id.
        found: String,
        /// The id that it should have.
        expected: String,
    },
    /// It is the signature of other bytes.
    #[error("the signature is not of these bytes")]
    Forged,
    /// No key could be made.
    #[error("no key can be made: {0}")]
    Generate(String),
}

impl PublicKey {
    /// Reads a key: what a `.pub` file holds, or its last line alone.
    ///
    /// # Errors
    ///
    /// Fails for other text.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let text = text.trim();
        let key = match text.contains('\n') {
            true => PublicKeyBox::from_string(text).and_then(PublicKeyBox::into_public_key),
            false => minisign::PublicKey::from_base64(text),
        };
        key.map(PublicKey).map_err(|_| SignatureError::BadKey)
    }

    /// The key on one line, as people hand it on.
    pub fn to_base64(&self) -> String {
        self.0.to_base64()
    }

    /// The id that minisign shows.
    pub fn id(&self) -> String {
        key_id(self.0.keynum())
    }

    /// Whether the signature is of these bytes, with this key.
    ///
    /// # Errors
    ///
    /// Says why it is not.
    pub fn verify(&self, bytes: &[u8], signature: &str) -> Result<(), SignatureError> {
        let signature =
            SignatureBox::from_string(signature).map_err(|_| SignatureError::BadSignature)?;
        if signature.keynum() != self.0.keynum() {
            let (found, expected) = (key_id(signature.keynum()), self.id());
            return Err(SignatureError::OtherKey { found, expected });
        }
        minisign::verify(&self.0, &signature, Cursor::new(bytes), true, false, false)
            .map_err(|_| SignatureError::Forged)
    }
}

/// As minisign prints one: the number, most significant digits first.
fn key_id(number: &[u8]) -> String {
    number.iter().rev().map(|byte| format!("{byte:02X}")).collect()
}

/// A new key pair: the texts of the secret file and of the public one. With an empty
/// password the secret one is not encrypted.
///
/// # Errors
///
/// Fails where the system gives no random numbers.
pub fn generate(password: &str) -> Result<(String, String), SignatureError> {
    let failed = |error: minisign::PError| SignatureError::Generate(error.to_string());
    let KeyPair { pk, sk } = match password {
        "" => KeyPair::generate_unencrypted_keypair(),
        password => KeyPair::generate_encrypted_keypair(Some(password.to_owned())),
    }
    .map_err(failed)?;
    let secret = sk.to_box(None).map_err(failed)?.to_string();
    Ok((secret, pk.to_box().map_err(failed)?.to_string()))
}

/// Whether a secret key's text asks for a password: its second line begins with the names
/// of the algorithms, `Ed`, `Sc` (scrypt; nothing for none) and `B2`, in base 64.
pub fn is_encrypted(text: &str) -> bool {
    text.lines().nth(1).is_some_and(|key| key.starts_with("RWRTY0Iy"))
}

/// Whether a text is a secret key's second line, with a password (`Sc`) or without one.
pub fn is_secret(text: &str) -> bool {
    ["RWRTY0Iy", "RWQAAEIy"].iter().any(|begin| text.trim_start().starts_with(begin))
}

impl SecretKey {
    /// Reads a key; the password is for one that is encrypted.
    ///
    /// # Errors
    ///
    /// Fails for other text, and for another password.
    pub fn parse(text: &str, password: Option<String>) -> Result<Self, SignatureError> {
        let key = SecretKeyBox::from_string(text).map_err(|_| SignatureError::BadSecretKey)?;
        let key = match password {
            None => key.into_unencrypted_secret_key(),
            password => key.into_secret_key(password),
        };
        key.map(SecretKey).map_err(|_| SignatureError::BadSecretKey)
    }

    /// The public half.
    ///
    /// # Errors
    ///
    /// Fails for a key that is damaged.
    pub fn public(&self) -> Result<PublicKey, SignatureError> {
        let key = minisign::PublicKey::from_secret_key(&self.0);
        key.map(PublicKey).map_err(|_| SignatureError::BadSecretKey)
    }

    /// Signs bytes. The comment is signed along with them.
    ///
    /// # Errors
    ///
    /// Fails for a key that is damaged.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, SignatureError> {
        let signature = minisign::sign(
            None,
            &self.0,
            Cursor::new(bytes),
            Some(comment),
            Some("signature of a host adapter"),
        );
        signature.map(SignatureBox::into_string).map_err(|_| SignatureError::BadSecretKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (SecretKey, PublicKey) {
        let (secret, public) = generate("").unwrap();
        (SecretKey::parse(&secret, None).unwrap(), PublicKey::parse(&public).unwrap())
    }

    #[test]
    fn what_was_signed_verifies_and_nothing_else_does() {
        let (secret, public) = pair();
        let signature = secret.sign(b"adapter", "example 1.0.0").unwrap();
        public.verify(b"adapter", &signature).unwrap();
        assert!(matches!(public.verify(b"adapteR", &signature), Err(SignatureError::Forged)));
        let (_, other) = pair();
        let error = other.verify(b"adapter", &signature).unwrap_err();
        let expected =
            format!("it is signed with the key {}, and should be with {}", public.id(), other.id());
        assert_eq!(error.to_string(), expected);
        assert!(matches!(public.verify(b"adapter", "text"), Err(SignatureError::BadSignature)));
    }

    #[test]
    fn keys_are_read_from_a_file_or_a_line() {
        let (secret, public) = pair();
        assert_eq!(secret.public().unwrap(), public);
        assert_eq!(PublicKey::parse(&public.to_base64()).unwrap(), public);
        assert!(PublicKey::parse("RWQ").is_err());
        assert!(SecretKey::parse("untrusted comment: x\nRWQ", None).is_err());
    }

    #[test]
    fn a_password_is_asked_for_where_there_is_one() {
        let (secret, public) = generate("word").unwrap();
        assert!(is_encrypted(&secret));
        assert!(SecretKey::parse(&secret, Some("other".into())).is_err());
        let key = SecretKey::parse(&secret, Some("word".into())).unwrap();
        assert_eq!(key.public().unwrap(), PublicKey::parse(&public).unwrap());
        let (plain, _) = generate("").unwrap();
        assert!(!is_encrypted(&plain));
        for text in [&secret, &plain] {
            assert!(is_secret(text.lines().nth(1).unwrap()));
        }
        assert!(!is_secret(&PublicKey::parse(&public).unwrap().to_base64()));
    }
}
