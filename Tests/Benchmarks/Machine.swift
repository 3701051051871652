import Baselines
import Domain
import Glibc
import Runtime

/// Where and when a run took place, for the header of its report.
struct Machine {
    let time: String
    let processor: String
    let cores: Int
    let kernel: String
    /// Tasks that wanted to run in the last minute: other work on the machine widens every spread.
    let load: String
    let syncMicroseconds: Double

    /// - Parameter folder: on the disk that the databases will be on.
    init(_ folder: WorkFolder) throws {
        time = CivilTime.text(System.real().clock.now)
        processor = Machine.field("model name", of: "/proc/cpuinfo") ?? "unknown processor"
        cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        kernel = try WorkFolder.text(of: "/proc/sys/kernel/osrelease").split(separator: "\n").first.map(String.init) ?? "unknown"
        load = try WorkFolder.text(of: "/proc/loadavg").split(separator: " ").first.map(String.init) ?? "unknown"
        var nanoseconds = [Int64](repeating: 0, count: 101)
        let code = baseline_sync(folder.path("sync"), Int32(nanoseconds.count), &nanoseconds)
        guard code == 0 else { throw BenchmarkFailure("sync a file: \(String(cString: strerror(code)))") }
        syncMicroseconds = medianMicroseconds(nanoseconds)
    }

    var line: String {
        "\(time) · \(processor), \(cores) cores, Linux \(kernel), load \(load) · fsync of 4 KiB \(decimal(syncMicroseconds, places: 0)) µs"
    }

    private static func field(_ name: String, of file: String) -> String? {
        do {
            for line in try WorkFolder.text(of: file).split(separator: "\n") where line.hasPrefix(name) {
                return line.split(separator: ":").last.map { String($0.drop { $0 == " " }) }
            }
            return nil
        } catch {
            return nil  // A header without a processor's name is still a header.
        }
    }
}

/// Something that a run needs and didn't get.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
