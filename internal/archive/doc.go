// Package archive unpacks tar, gzip-compressed tar and zip archives that an
// attacker may have written.
//
// [Unpack] reads an archive from a file or buffer and hands regular files and
// directories, and nothing else, to a [Sink]. Whatever else an archive can say
// is refused with an [*Error] that names the entry: links, devices, pipes,
// sparse files, names that leave the tree or that some platform would read
// differently, two names for one file, encrypted entries, and an archive whose
// parts contradict each other or are followed by something. Every cost has a
// bound in [Limits]; memory does not grow with the size of files.
//
// # Policies
//
//   - An archive is accepted by all platforms or by none: names that Windows
//     cannot hold are refused everywhere. Two names for one file are told by
//     their case alone: where a file system takes more for the same, such as
//     an accent in one piece or in two, the second is not made and unpacking fails.
//   - A permission is 0644, or 0755 for a file that anybody may execute and
//     for directories. Setuid, setgid and sticky bits, owners, times and
//     extended attributes are dropped.
//   - A tar archive ends with two zero blocks; only zero bytes may follow. A gzip
//     file has exactly one member and nothing after it.
//   - In a zip archive each byte belongs to exactly one entry, to the directory or
//     to the end record, and each entry says the same in all places. Entries are
//     stored or deflated.
//   - The first fault ends the reading. An archive with a fault puts nothing
//     anywhere, because it is read once before it is unpacked.
package archive
