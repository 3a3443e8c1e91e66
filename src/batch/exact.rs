//! A number in JSON that comes back to the bit, also where JSON has none for it.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number, or nothing. What JSON has no number for is written as text: `"inf"`, `"-inf"`, `"NaN"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact(pub Option<f64>);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_unit(),
            Some(x) if x.is_finite() => serializer.serialize_f64(x),
            Some(x) => serializer.serialize_str(&x.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Exact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, `inf`, `-inf`, `NaN` or nothing")
    }

    fn visit_unit<E: Error>(self) -> Result<Exact, E> {
        Ok(Exact(None))
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<Exact, E> {
        Ok(Exact(Some(x)))
    }

    fn visit_u64<E: Error>(self, x: u64) -> Result<Exact, E> {
        Ok(Exact(Some(x as f64)))
    }

    fn visit_i64<E: Error>(self, x: i64) -> Result<Exact, E> {
        Ok(Exact(Some(x as f64)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Exact, E> {
        let read = text.parse::<f64>().ok().filter(|x| !x.is_finite());
        read.map(|x| Exact(Some(x))).ok_or_else(|| E::custom(format!("`{text}` is not a number")))
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Exact {
    fn schema_name() -> Cow<'static, str> {
        "Exact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or `null` where the model is as written.",
            "anyOf": [{ "type": ["number", "null"] }, { "enum": ["inf", "-inf", "NaN"] }]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back_to_the_bit() {
        for x in [0.0, -0.0, 0.1 + 0.2, 5e-324, f64::MAX, 1e22, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let json = serde_json::to_string(&Exact(Some(x))).unwrap();
            let back: Exact = serde_json::from_str(&json).unwrap();
            assert_eq!(back.0.unwrap().to_bits(), x.to_bits(), "{json}");
        }
        assert_eq!(serde_json::from_str::<Exact>("null").unwrap(), Exact(None));
        assert!(serde_json::from_str::<Exact>("\"1\"").is_err());
    }
}
