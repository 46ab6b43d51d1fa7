//! Requests to the admin API of one server, with the key that was given for it. Invariant: the key goes to this server alone, over a
//! connection whose certificate was seen to be the right one; no redirect is followed.

use crate::fault::Outcome;
use crate::pinning::{Fingerprint, Pin, Shown, tls_for};
use crate::secret::Secret;
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    Away(String),
    /// Another certificate than the pinned one, or one for which nobody vouches.
    Certificate(Vec<u8>),
    /// 401: the key is none, or no more.
    Key,
    /// 403 or 404: not for this key.
    NotAllowed,
    Answer(String),
}

pub type Answer<Value> = Result<Value, Refusal>;

pub struct Admin {
    http: Client,
    shown: Shown,
    server: Url,
    key: Option<Secret>,
}

impl Admin {
    pub fn new(server: &Url, pin: Option<&Fingerprint>, key: Option<Secret>) -> Outcome<Self> {
        let (tls, shown) = tls_for(pin)?;
        let http = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("ghostllm-desktop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| crate::fault::Fault::told(format!("No requests can be sent: {error}")))?;
        Ok(Self { http, shown, server: server.clone(), key })
    }

    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Of the certificate that was taken last.
    pub fn pin(&self) -> Option<Pin> {
        self.shown.taken().map(|certificate| Pin::of(&certificate))
    }

    /// Without the key, and whatever its status is: a server that is not well says so with 503.
    pub async fn health(&self) -> Answer<Value> {
        let response = self.send(self.http.get(self.address("health"))).await?;
        read(response).await
    }

    pub async fn get<Body: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Answer<Body> {
        let mut url = self.address(path);
        for (name, value) in query {
            url.query_pairs_mut().append_pair(name, value);
        }
        self.ask(self.http.get(url)).await
    }

    pub async fn change<Body: DeserializeOwned>(&self, method: Method, path: &str, body: &Value) -> Answer<Body> {
        self.ask(self.http.request(method, self.address(path)).json(body)).await
    }

    fn address(&self, path: &str) -> Url {
        self.server.join(path).unwrap_or_else(|_| self.server.clone())
    }

    async fn ask<Body: DeserializeOwned>(&self, request: RequestBuilder) -> Answer<Body> {
        let Some(key) = &self.key else { return Err(Refusal::Key) };
        let response = self.send(request.bearer_auth(key.reveal())).await?;
        match response.status().as_u16() {
            200..=299 => read(response).await,
            401 => Err(Refusal::Key),
            403 | 404 => Err(Refusal::NotAllowed),
            _ => Err(said_by(response).await),
        }
    }

    async fn send(&self, request: RequestBuilder) -> Answer<Response> {
        request.send().await.map_err(|error| match self.shown.refused() {
            Some(certificate) => Refusal::Certificate(certificate),
            None if error.is_timeout() => Refusal::Away("it does not answer in time".into()),
            None => Refusal::Away("it cannot be reached".into()),
        })
    }
}

async fn read<Body: DeserializeOwned>(response: Response) -> Answer<Body> {
    let bytes = bounded(response).await?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::Answer("It does not answer as GhostLLM does".into()))
}

/// The sentence of an error, which is for people.
async fn said_by(response: Response) -> Refusal {
    let status = response.status().as_u16();
    let said = match bounded(response).await {
        Ok(bytes) => serde_json::from_slice::<Value>(&bytes).unwrap_or_default(),
        Err(refusal) => return refusal,
    };
    let sentence = said["error"]["message"].as_str().map(str::to_owned);
    Refusal::Answer(sentence.unwrap_or_else(|| format!("It answers with status {status}")))
}

async fn bounded(mut response: Response) -> Answer<Vec<u8>> {
    let broken = |_| Refusal::Away("its answer has broken off".into());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST_ANSWER {
            return Err(Refusal::Answer("Its answer is too long".into()));
        }
    }
    Ok(bytes)
}
