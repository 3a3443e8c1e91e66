//! A folder in an object store: S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage.
//!
//! An object is put whole or not at all, so none is seen half written. Lines cannot be added to one: such
//! a file is kept on this machine, and put anew from time to time; what a lost machine had not put yet is
//! solved again. Who may read and write is what the environment says, in the variables of each store.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, RetryConfig};
use tokio::runtime::{Builder, Runtime};

use super::error::FolderError;
use super::parts::MOST_BYTES;

/// What fails is tried again for so long before it is reported; an engine tries the chunk again after that.
const PATIENCE: Duration = Duration::from_secs(60);

/// A prefix in an object store.
pub(super) struct Store {
    shown: String,
    store: Box<dyn ObjectStore>,
    prefix: Path,
    runtime: Runtime,
    /// For files to which lines are added.
    scratch: PathBuf,
}

impl Store {
    /// Opens `scheme://bucket/prefix`; nothing is asked of the store yet.
    pub(super) fn open(scheme: &str, rest: &str) -> Result<Self, FolderError> {
        let shown = format!("{scheme}://{}", rest.trim_end_matches('/'));
        let wrong = |e: &dyn std::fmt::Display| FolderError::Store { shown: shown.clone(), what: e.to_string() };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong(&format!("it names no bucket; write `{scheme}://BUCKET/FOLDER`")));
        }
        let prefix = Path::parse(prefix.trim_end_matches('/')).map_err(|e| wrong(&e))?;
        let retry = RetryConfig { retry_timeout: PATIENCE, ..RetryConfig::default() };
        let store = match scheme {
            "s3" => AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry).build().map(boxed),
            "gs" => GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket).with_retry(retry).build().map(boxed),
            _ => MicrosoftAzureBuilder::from_env().with_container_name(bucket).with_retry(retry).build().map(boxed),
        };
        let store = store.map_err(|e| wrong(&e))?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        // Not guessed by another user of this machine, who could have put something there.
        let chance = RandomState::new().build_hasher().finish();
        let scratch = std::env::temp_dir().join(format!("polysource-{}-{chance:016x}", std::process::id()));
        fs::create_dir(&scratch)?;
        Ok(Store { shown, store, prefix, runtime, scratch })
    }

    fn path(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    /// An error with the name of what it is of.
    fn named(&self, what: &str, name: &str, error: &Error) -> io::Error {
        io::Error::other(format!("cannot {what} {}/{name}: {error}", self.shown))
    }

    pub(super) fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let path = self.path(name);
        let got = self.runtime.block_on(async {
            let found = self.store.get(&path).await?;
            if found.meta.size > MOST_BYTES { Ok(None) } else { found.bytes().await.map(Some) }
        });
        match got {
            Ok(Some(bytes)) => Ok(Some(bytes.to_vec())),
            Ok(None) => {
                Err(io::Error::other(format!("cannot read {}/{name}: it has more than {MOST_BYTES} bytes", self.shown)))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(self.named("read", name, &e)),
        }
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(name);
        let put = self.runtime.block_on(self.store.put(&path, bytes.to_vec().into()));
        put.map(|_| ()).map_err(|e| self.named("write", name, &e))
    }

    pub(super) fn create(&self, name: &str, bytes: &[u8]) -> io::Result<bool> {
        let path = self.path(name);
        let options = PutOptions::from(PutMode::Create);
        match self.runtime.block_on(self.store.put_opts(&path, bytes.to_vec().into(), options)) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(e) => Err(self.named("write", name, &e)),
        }
    }

    pub(super) fn names(&self) -> io::Result<BTreeSet<String>> {
        let listed = self.runtime.block_on(self.store.list_with_delimiter(Some(&self.prefix)));
        let objects = listed.map_err(|e| self.named("list", "", &e))?.objects;
        Ok(objects.iter().filter_map(|o| o.location.filename()).map(str::to_owned).collect())
    }

    pub(super) fn fetched(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.scratch.join(name);
        if let Some(bytes) = self.read(name)? {
            fs::write(&path, bytes)?;
        }
        Ok(path)
    }

    pub(super) fn keep(&self, name: &str) -> io::Result<()> {
        match fs::read(self.scratch.join(name)) {
            Ok(bytes) => self.write(name, &bytes),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        let _ = fs::remove_file(self.scratch.join(name));
        let path = self.path(name);
        match self.runtime.block_on(self.store.delete(&path)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(self.named("remove", name, &e)),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What is left of it is of no use to anybody.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

fn boxed<S: ObjectStore>(store: S) -> Box<dyn ObjectStore> {
    Box::new(store)
}
