//! The programs whose logs are known, one file each.

pub mod commons_net;
pub mod curl;
pub mod cuteftp;
pub mod cyberduck;
pub mod dotnet;
pub mod filezilla;
pub mod filezilla_server;
pub mod fireftp;
pub mod flashfxp;
pub mod general;
pub mod gftp;
pub mod inetutils_ftp;
pub mod lftp;
pub mod ncftp;
pub mod php;
pub mod proftpd;
pub mod pure_ftpd;
pub mod python;
pub mod rclone;
pub mod tnftp;
pub mod total_commander;
pub mod vsftpd;
pub mod wget;
pub mod windows_ftp;
pub mod winscp;
pub mod ws_ftp;
