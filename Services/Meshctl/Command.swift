import Glibc
import Runtime
import Wire

/// `meshctl`: the operator's hand on the mesh.
public enum Command {
    static let usage = """
        usage: meshctl VERB [options]

          status                        health of the four services (exit 0 when all are well)
          call METHOD [JSON|-]          any method of the catalogue; prints the reply's body
                                        (exit 0 ok, 1 refused, 2 fault); --to SERVICE for mesh.* and holder.*,
                                        --key KEY to repeat a request, --timeout MILLISECONDS
          contracts                     the catalogue as JSON: every method with its schemas
          datamap [--format table|json|article30|html|fides]
                                        what every column of every service holds, and why: for the terminal, for programs, as the
                                        record of processing of GDPR Art. 30, as a page, as a manifest for Fides
          token MEMBER [--workspace W] [--seconds N] > FILE
                                        a token to act as a member: calls that show content need --token FILE
          peer add NAME --kind gateway|connector|assistant [--workspace W] | remove NAME | list
                                        programs that may connect beside the mesh's own
          delete --workspace W --platform instagram|whatsapp --igsid|--phone|--bsuid ID [--now] [--no-wait]
                                        erases a person and shows every receipt; --now leaves out the 24 h for cancelling
          request ID                    where a deletion stands
          hold place --workspace W [--platform P --igsid|--phone|--bsuid ID] | --deletion N
               [--ground legalClaims|authorityOrder|legalDuty] [--scope messages|forms] [--reference FILE] [--days N]
          hold lift HOLD | list [--workspace W]
                                        keeps data that deletions would erase, out of use, until the hold is lifted or ends
          scan --workspace W --platform P --igsid|--phone|--bsuid ID
                                        looks for a person's names in every byte of every service's files
          backup DIR                    copies all services' files into a new folder below DIR while they work, and deletes backups
                                        there whose time is over; backup list DIR, backup check SET;
                                        backup list: all that the coordinator has on record, wherever they are
          keys                          makes missing keys in the data folder
          demo                          tells the whole story against the mesh that runs

        options: --token FILE (whose token it is, acts), --data DIR (default ./.data), --base-port N (default 7100),
                 --json (for programs), --help
        """

    /// Runs one command line (without the program's name); returns the exit code.
    public static func run(_ line: [String]) -> Int32 {
        do {
            let arguments = try Arguments(line)
            if arguments.has("--help") || arguments.words.first == "help" {
                Terminal.say(usage)
                return Exit.ok
            }
            guard let verb = arguments.words.first else { throw UsageError("no verb given") }
            return try run(verb, arguments)
        } catch let error as UsageError {
            Terminal.complain("\(error.message)\n\n\(usage)")
            return Exit.usage
        } catch let error as Failure {
            Terminal.complain(error.message)
            return error.status
        } catch {
            Terminal.complain("\(error)")
            return Exit.fault
        }
    }

    private static func run(_ verb: String, _ arguments: Arguments) throws -> Int32 {
        switch verb {
        case "status": try StatusCommand(arguments).run()
        case "call": try CallCommand(arguments).run()
        case "contracts": try ContractsCommand(arguments).run()
        case "datamap": try DataMapCommand(arguments).run()
        case "delete": try DeleteCommand(arguments).run()
        case "hold": try HoldCommand(arguments).run()
        case "request": try RequestCommand(arguments).run()
        case "scan": try ScanCommand(arguments).run()
        case "token": try TokenCommand(arguments).run()
        case "peer": try PeerCommand(arguments).run()
        case "backup": try BackupCommand(arguments).run()
        case "keys": try KeysCommand(arguments).run()
        case "demo": try Demo(arguments).run()
        default: throw UsageError("unknown verb \(verb)")
        }
    }
}
