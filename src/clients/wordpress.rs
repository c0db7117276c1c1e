//! WordPress, which updates itself over FTP with PHP's functions (`wp-admin/includes/class-wp-filesystem-ftpext.php`).

use super::rules::{Listing, Manner, Rules, Tls};
use super::{Client, Recipe, UNKNOWN, php};

pub static CLIENT: Client = Client {
    id: "wordpress",
    name: "WordPress",
    aliases: &[],
    checked_with: "6, from its source, with PHP's functions run, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is what WordPress does; it has no setting for it."),
        tls: Some("`define( 'FTP_SSL', true );` in wp-config.php, for AUTH TLS where PHP has it."),
        mind: Some(
            "WordPress dials the address in 227 as PHP does by itself, and has no setting against it: the server has to name its outer address. `define( 'FS_METHOD', 'direct' );` does without FTP where the web server may write the files.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "WordPress with FS_METHOD ftpext",
        source: "class-wp-filesystem-ftpext.php calls ftp_pasv( $link, true ) and does not look at what it returns; PHP 8.2, ext/ftp/ftp.c",
        way: php::WAY,
        settings: &[],
        earlier: &[],
        tls: Tls { explicit: Some("define( 'FTP_SSL', true )"), ..php::TLS },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};
