//! Who may ask: whoever knows the token, at the address that is served, and for a change from the page itself.
//!
//! A page of another origin cannot read what it gets from here (there is no CORS), but it can send requests, and with a
//! name of its own that it rebinds to this address it could even read. The token stops both; the checks of `Host`,
//! `Origin` and `Sec-Fetch-Site` hold even where somebody has got hold of the address.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// What a request must satisfy.
pub(super) struct Guard {
    pub token: String,
    /// The name that was asked to be served at, if it is a name.
    pub name: Option<String>,
    /// The address that is listened at.
    pub address: IpAddr,
    pub port: u16,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not for this address.
    Host,
    /// It does not come from the page.
    Origin,
    /// It is not JSON.
    Kind,
}

impl Refusal {
    pub fn message(self) -> &'static str {
        match self {
            Refusal::Host => {
                "this server answers only to the address that it printed; a name is served with `--host NAME`"
            }
            Refusal::Origin => "this was not asked by the page itself",
            Refusal::Kind => "a change is sent as application/json",
        }
    }
}

/// What every answer says: nothing is loaded from elsewhere, framed, sniffed, kept or told to other sites.
pub(super) const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

impl Guard {
    /// Whether a token is the right one, in a time that does not tell how much of it is.
    pub fn knows(&self, token: &str) -> bool {
        let same = token.bytes().zip(self.token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
        token.len() == self.token.len() && same == 0
    }

    /// Whether a request may be answered at all.
    pub fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|h| h.to_str().ok()).filter(|h| self.is_served(h)).ok_or(Refusal::Host)?;
        if hosts.next().is_some() {
            return Err(Refusal::Host);
        }
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let from = text("sec-fetch-site");
        if method == Method::GET || method == Method::HEAD {
            // A link may be followed from anywhere; nothing else of another site gets an answer.
            let link = text("sec-fetch-mode") == Some("navigate") && text("sec-fetch-dest") == Some("document");
            let own = matches!(from, None | Some("same-origin" | "none"));
            return if own || link { Ok(()) } else { Err(Refusal::Origin) };
        }
        let origin = text("origin");
        let foreign = origin.is_some_and(|origin| !origin.eq_ignore_ascii_case(&format!("http://{host}")));
        if foreign || !matches!(from, None | Some("same-origin")) {
            return Err(Refusal::Origin);
        }
        // What a form can send is not read: anything else a browser asks for first, and is refused.
        let kind = text("content-type").map(|kind| kind.split(';').next().unwrap_or_default().trim());
        if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) { Ok(()) } else { Err(Refusal::Kind) }
    }

    /// Whether a `Host` is one under which this is served: an address, which nobody can rebind, `localhost`, or the name
    /// that was asked for.
    fn is_served(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse::<u16>().ok()),
            _ => (host, Some(80)),
        };
        if port != Some(self.port) {
            return false;
        }
        if name.eq_ignore_ascii_case("localhost") || self.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name))
        {
            return true;
        }
        let bare = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
        match bare.parse::<IpAddr>() {
            Ok(address) => !self.address.is_loopback() || address.is_loopback(),
            Err(_) => false,
        }
    }
}

/// As many random bytes as nobody guesses, as text for an address.
pub(super) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        let address = IpAddr::from([127, 0, 0, 1]);
        Guard { token: "secret".to_owned(), name: None, address, port: 7000 }
    }

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        all.iter().map(pair).collect()
    }

    #[test]
    fn a_token_is_known_whole() {
        assert!(guard().knows("secret"));
        for wrong in ["", "secre", "secret2", "Secret", "ssecret"] {
            assert!(!guard().knows(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_host_cannot_be_rebound() {
        for host in ["127.0.0.1:7000", "localhost:7000", "[::1]:7000", "LOCALHOST:7000", "127.0.0.2:7000"] {
            assert!(guard().is_served(host), "{host}");
        }
        for host in [
            "evil.example:7000",
            "127.0.0.1",
            "127.0.0.1:7001",
            "127.0.0.1.evil.example:7000",
            "10.0.0.1:7000",
            "",
            "[::1]",
            ":7000",
        ] {
            assert!(!guard().is_served(host), "{host}");
        }
        let open = Guard { address: IpAddr::from([0, 0, 0, 0]), name: Some("planning.example".to_owned()), ..guard() };
        for (host, served) in [("10.0.0.1:7000", true), ("planning.example:7000", true), ("evil.example:7000", false)] {
            assert_eq!(open.is_served(host), served, "{host}");
        }
    }

    #[test]
    fn a_change_comes_from_the_page() {
        let json = ("content-type", "application/json");
        let host = ("host", "127.0.0.1:7000");
        let post = |more: &[(&'static str, &'static str)]| {
            guard().check(&Method::POST, &headers(&[&[host, json], more].concat()))
        };
        assert_eq!(post(&[]), Ok(()));
        assert_eq!(post(&[("origin", "http://127.0.0.1:7000"), ("sec-fetch-site", "same-origin")]), Ok(()));
        for origin in
            ["http://evil.example", "null", "http://127.0.0.1:7001", "https://127.0.0.1:7000", "http://localhost:7000"]
        {
            assert_eq!(post(&[("origin", origin)]), Err(Refusal::Origin), "{origin}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(post(&[("sec-fetch-site", site)]), Err(Refusal::Origin), "{site}");
        }
        let form = headers(&[host, ("content-type", "text/plain")]);
        assert_eq!(guard().check(&Method::POST, &form), Err(Refusal::Kind));
        let twice = headers(&[host, ("host", "evil.example:7000")]);
        let mut twice_in_one = HeaderMap::new();
        twice.iter().for_each(|(name, value)| _ = twice_in_one.append(name.clone(), value.clone()));
        assert_eq!(guard().check(&Method::GET, &headers(&[("sec-fetch-site", "none"), host])), Ok(()));
        let link =
            [host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        assert_eq!(guard().check(&Method::GET, &headers(&link)), Ok(()));
        let frame =
            [host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        assert_eq!(guard().check(&Method::GET, &headers(&frame)), Err(Refusal::Origin));
        assert_eq!(guard().check(&Method::GET, &headers(&[])), Err(Refusal::Host));
    }
}
