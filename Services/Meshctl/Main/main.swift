import Glibc
import MeshctlCommand

exit(Command.run(Array(CommandLine.arguments.dropFirst())))
