//! Serving the site to a browser on this machine, and to nobody else.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use axum::Router;
use axum::http::{HeaderValue, header};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// How many ports are tried after the one that was asked for.
const MORE_PORTS: u16 = 20;

/// Why the site is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// No port is free.
    #[error("Port {port} of this machine could not be used: {source}. Choose another one with `--port`.")]
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The server stopped.
    #[error("Serving {} failed: {source}. Try again.", folder.display())]
    Broken {
        /// What was served.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Serves a folder until the reader stops it.
pub fn serve(folder: &Path, port: u16) -> Result<(), ServerError> {
    let (listener, free) = listen(port)?;
    if free != port {
        println!("Another program has port {port}, so the lab takes the next free one.");
    }
    println!("BK Lab is at http://127.0.0.1:{free}/ (stop it with Ctrl+C).");
    let site = uncached(Router::new().fallback_service(ServeDir::new(folder)));
    answer(listener, site).map_err(|source| ServerError::Broken { folder: folder.to_owned(), source })
}

/// Serves a folder under a sub-path, as GitHub Pages does, while something else goes on; returns the
/// address.
pub fn serve_in_background(folder: &Path, path: &str) -> Result<String, ServerError> {
    let (listener, port) = bind(0).map_err(|source| ServerError::Port { port: 0, source })?;
    let site = uncached(Router::new().nest_service(path, ServeDir::new(folder)));
    std::thread::spawn(move || {
        if let Err(error) = answer(listener, site) {
            eprintln!("The server of the browser tests stopped: {error}");
        }
    });
    Ok(format!("http://127.0.0.1:{port}{path}/"))
}

/// A browser that kept a file would show the reader yesterday's work.
fn uncached(site: Router) -> Router {
    site.layer(SetResponseHeaderLayer::overriding(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    ))
}

/// The port that was asked for, or the next free one.
fn listen(port: u16) -> Result<(TcpListener, u16), ServerError> {
    let mut last = bind(port);
    for next in port.saturating_add(1)..=port.saturating_add(MORE_PORTS) {
        if !matches!(&last, Err(error) if error.kind() == io::ErrorKind::AddrInUse) {
            break;
        }
        last = bind(next);
    }
    last.map_err(|source| ServerError::Port { port, source })
}

fn bind(port: u16) -> io::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

fn answer(listener: TcpListener, site: Router) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener)?, site).await })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn get(address: &str, path: &str) -> String {
        let host = address.trim_start_matches("http://").split('/').next().unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.to_lowercase()
    }

    #[test]
    fn a_site_is_served_under_its_path_with_types_and_without_caching() {
        let folder = std::env::temp_dir().join(format!("bk-lab-server-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["index.html", "app.js", "app_bg.wasm", "a.woff2"] {
            std::fs::write(folder.join(name), "contents").unwrap();
        }
        let address = serve_in_background(&folder, "/bk-lab").unwrap();
        let index = get(&address, "/bk-lab/");
        assert!(index.starts_with("http/1.1 200") && index.contains("text/html"), "{index}");
        assert!(index.contains("cache-control: no-store"), "{index}");
        assert!(get(&address, "/bk-lab/app.js").contains("content-type: text/javascript"));
        assert!(get(&address, "/bk-lab/app_bg.wasm").contains("content-type: application/wasm"));
        assert!(get(&address, "/bk-lab/a.woff2").contains("content-type: font/woff2"));
        assert!(get(&address, "/").starts_with("http/1.1 404"));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_taken_port_is_passed_over() {
        let (_taken, port) = bind(0).unwrap();
        let (_listener, other) = listen(port).unwrap();
        assert_ne!(other, port);
    }
}
