# ftpmode. `make` or `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help demo test check lab bench install tools cargo

help: # List the targets
	@grep -E '^[a-z-]+:.*# ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*# /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

demo: cargo # Build it and show four reports; needs no network once built
	@cargo run --release --quiet -- demo

test: cargo tools # Install what the tests need (Debian, as root) and run them all, the lab included
	cargo fmt --check
	cargo clippy --all-targets --quiet -- -D warnings
	cargo clippy --test bench --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --quiet
	cargo test

check: cargo # What a change must pass before it is committed: all but the lab
	cargo fmt --check
	cargo clippy --all-targets --quiet -- -D warnings
	cargo clippy --test bench --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --quiet
	cargo test --lib --bins $$(cd tests && for t in *.rs; do echo --test $${t%.rs}; done)

lab: cargo tools # Real servers behind real NAT and firewalls; ARGS=helper runs the cases whose id holds it
	cargo test --test lab -- $(ARGS)

bench: cargo tools # Round trips and seconds beside curl and lftp, over a path of 100 ms
	cargo test --release --test bench -- --no-fail $(ARGS)

install: cargo # Install ftpmode for this user
	cargo install --path . --locked

# What tests need beside cargo: installed where apt and root are, named where not.
tools:
	@missing=; for tool in chromium:chromium curl:curl nft:nftables ip:iproute2 iptables:iptables lftp:lftp openssl:openssl python3:python3 \
	    wget:wget ncftpls:ncftp tnftp:tnftp inetutils-ftp:inetutils-ftp php:php-cli \
	    rclone:rclone javac:default-jdk-headless /usr/share/java/commons-net.jar:libcommons-net-java npm:npm; do \
	  command -v $${tool%%:*} >/dev/null || [ -e $${tool%%:*} ] || missing="$$missing $${tool##*:}"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing$$missing"; export DEBIAN_FRONTEND=noninteractive; \
	    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null; \
	  else echo "these would let more tests run:$$missing"; fi; fi
	@[ -e target/tools/node_modules/basic-ftp ] || ! command -v npm >/dev/null \
	  || npm install --silent --no-audit --no-fund --prefix target/tools basic-ftp@6.2.6 >/dev/null

cargo:
	@command -v cargo >/dev/null || { echo "ftpmode is built with Rust's cargo, 1.88 or later: install it from https://rustup.rs or your system's packages, then run make again."; exit 1; }
