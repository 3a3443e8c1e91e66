# A static program in an image that has nothing else; what a Kubernetes job of `sweep submit` names with --image.
#
#   docker build -t polysource . && docker run --rm -v "$PWD/models:/models" polysource solve /models/quickstart.yaml
FROM rust:1-slim AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends musl-tools ca-certificates && rustup target add x86_64-unknown-linux-musl
WORKDIR /source
COPY . .
RUN cargo build --profile dist --locked --features parquet,object-store --target x86_64-unknown-linux-musl

FROM scratch
COPY --from=build /source/target/x86_64-unknown-linux-musl/dist/polysource /usr/local/bin/polysource
# Certificates, for folders in an object store.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PATH=/usr/local/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/polysource"]
CMD ["--help"]
