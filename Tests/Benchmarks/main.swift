import Glibc

// The same program is the raw server and the echo server: a round trip needs two processes.
if let server = ServerRole(CommandLine.arguments) { server.run() }

// Who reads only the first lines must not leave our files behind.
signal(SIGPIPE, SIG_IGN)

let options = Options(CommandLine.arguments.dropFirst())
do {
    exit(try BenchmarkRun(options).run())
} catch {
    printLine("benchmarks: \(error)", to: STDERR_FILENO)
    exit(EXIT_FAILURE)
}
