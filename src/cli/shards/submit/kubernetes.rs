//! What `sweep submit` takes for Kubernetes.

use clap::Args;

use crate::batch::submit::KubernetesOptions;

#[derive(Args, Debug)]
pub(super) struct KubernetesArgs {
    /// Kubernetes: the image, with `polysource` on its path.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Kubernetes: the claim of the volume that holds the folder.
    #[arg(long, value_name = "NAME")]
    claim: Option<String>,
    /// Kubernetes: where in the volume the folder is; left out, it is the volume.
    #[arg(long, value_name = "PATH")]
    sub_path: Option<String>,
    /// Kubernetes: the secret that says who may use the object store, in variables of the environment.
    #[arg(long, value_name = "NAME")]
    secret: Option<String>,
    /// Kubernetes: name of the job.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Kubernetes: how many chunks run at once; left out, all that find a place.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    parallelism: Option<u32>,
    /// Kubernetes: how many chunks may fail before the others are stopped; left out, any number.
    #[arg(long, value_name = "N")]
    max_failed: Option<u32>,
}

impl KubernetesArgs {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let given = [
            (self.image.is_some(), "--image"),
            (self.claim.is_some(), "--claim"),
            (self.sub_path.is_some(), "--sub-path"),
            (self.secret.is_some(), "--secret"),
            (self.name.is_some(), "--name"),
            (self.parallelism.is_some(), "--parallelism"),
            (self.max_failed.is_some(), "--max-failed"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }

    /// What is asked for.
    pub(super) fn options(&self) -> KubernetesOptions {
        KubernetesOptions {
            image: self.image.clone(),
            claim: self.claim.clone(),
            sub_path: self.sub_path.clone(),
            secret: self.secret.clone(),
            name: self.name.clone(),
            parallelism: self.parallelism,
            max_failed: self.max_failed,
        }
    }
}
