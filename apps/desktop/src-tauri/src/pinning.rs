//! What certificate a server is to show: one for which an authority of this machine vouches, or just the one that was trusted when the
//! server was added. Invariant: where one is pinned no other is taken, whoever vouches for it, and nothing is sent before it was seen.

use crate::fault::{Fault, Outcome};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};

/// SHA-256, as the server prints it: `8E:6F:...`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    pub fn of(certificate: &[u8]) -> Self {
        let digest = Sha256::digest(certificate);
        Self(digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub fingerprint: Fingerprint,
    /// The window is shown it as well, so it is kept whole.
    pub certificate_pem: String,
}

impl Pin {
    pub fn of(certificate: &[u8]) -> Self {
        Self { fingerprint: Fingerprint::of(certificate), certificate_pem: to_pem(certificate) }
    }
}

fn to_pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// The certificate that a server has shown last, and whether it was taken.
#[derive(Clone, Debug, Default)]
pub struct Shown(Arc<Mutex<Option<Verdict>>>);

#[derive(Debug)]
struct Verdict {
    certificate: Vec<u8>,
    is_taken: bool,
}

impl Shown {
    pub fn taken(&self) -> Option<Vec<u8>> {
        self.last(true)
    }

    pub fn refused(&self) -> Option<Vec<u8>> {
        self.last(false)
    }

    fn last(&self, wanted: bool) -> Option<Vec<u8>> {
        let shown = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        shown.as_ref().filter(|verdict| verdict.is_taken == wanted).map(|verdict| verdict.certificate.clone())
    }

    fn note(&self, certificate: &[u8], is_taken: bool) {
        *self.0.lock().unwrap_or_else(|broken| broken.into_inner()) =
            Some(Verdict { certificate: certificate.to_vec(), is_taken });
    }
}

#[derive(Debug)]
enum Trust {
    Authorities(Arc<WebPkiServerVerifier>),
    Only(Fingerprint),
    /// This machine knows none.
    Nobody,
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    shown: Shown,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = match &self.trust {
            Trust::Authorities(authorities) => {
                authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Trust::Only(pinned) if *pinned == Fingerprint::of(end_entity) => Ok(ServerCertVerified::assertion()),
            Trust::Only(_) => Err(CertificateError::ApplicationVerificationFailure.into()),
            Trust::Nobody => Err(CertificateError::UnknownIssuer.into()),
        };
        self.shown.note(end_entity, verdict.is_ok());
        verdict
    }

    // That the server has the certificate's key is shown by its signature, pinned or not.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// TLS towards one server, with what it has shown.
pub fn tls_for(pin: Option<&Fingerprint>) -> Outcome<(ClientConfig, Shown)> {
    let provider = Arc::new(ring::default_provider());
    let trust = match pin {
        Some(pin) => Trust::Only(pin.clone()),
        None => authorities_of_this_machine(&provider),
    };
    let shown = Shown::default();
    let verifier = Verifier { trust, shown: shown.clone(), provider: provider.clone() };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::told(format!("TLS cannot be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok((config, shown))
}

fn authorities_of_this_machine(provider: &Arc<CryptoProvider>) -> Trust {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build() {
        Ok(verifier) => Trust::Authorities(verifier),
        Err(_) => Trust::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verifier(trust: Trust) -> Verifier {
        Verifier { trust, shown: Shown::default(), provider: Arc::new(ring::default_provider()) }
    }

    fn is_taken(verifier: &Verifier, certificate: &[u8]) -> bool {
        let name = ServerName::try_from("llm.example.com").unwrap();
        verifier.verify_server_cert(&CertificateDer::from(certificate), &[], &name, &[], UnixTime::now()).is_ok()
    }

    #[test]
    fn prints_a_fingerprint_as_the_server_does() {
        let fingerprint = Fingerprint::of(b"abc");
        assert!(fingerprint.as_str().starts_with("BA:78:16:BF:8F:01"), "{}", fingerprint.as_str());
        assert_eq!(fingerprint.as_str().len(), 95);
    }

    #[test]
    fn takes_the_pinned_certificate_and_no_other_and_remembers_what_was_shown() {
        let verifier = verifier(Trust::Only(Fingerprint::of(b"the one")));
        assert!(is_taken(&verifier, b"the one"));
        assert_eq!((verifier.shown.taken().as_deref(), verifier.shown.refused()), (Some(b"the one".as_slice()), None));
        assert!(!is_taken(&verifier, b"another"));
        assert_eq!((verifier.shown.taken(), verifier.shown.refused().as_deref()), (None, Some(b"another".as_slice())));
    }

    #[test]
    fn takes_nothing_where_nobody_is_trusted() {
        assert!(!is_taken(&verifier(Trust::Nobody), b"any"));
    }

    #[test]
    fn writes_lines_that_others_read() {
        let pem = Pin::of(&[7; 100]).certificate_pem;
        let lines: Vec<&str> = pem.lines().collect();
        assert_eq!(lines[0], "-----BEGIN CERTIFICATE-----");
        assert!(lines.iter().all(|line| line.len() <= 64));
        let body: String = lines[1..lines.len() - 1].concat();
        assert_eq!(STANDARD.decode(body).unwrap(), vec![7; 100]);
    }
}
