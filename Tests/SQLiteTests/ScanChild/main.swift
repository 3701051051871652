import Glibc
import SQLite

// What every service's main does first; the tests of the byte scan start it.
guard CommandLine.arguments.dropFirst().first == ByteScan.argument else { exit(EX_USAGE) }
exit(ByteScan.runAsChild())
