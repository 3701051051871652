import Wire

/// A request about the data of one workspace: an actor of another workspace never reaches its handler.
public protocol WorkspaceRequest: Request {
    var workspace: WorkspaceID { get set }
}

extension WorkspaceRequest {
    public var scope: String? { workspace.rawValue }
}

/// A request about one workspace or, without its name, about all: the latter is for Botseller's own people.
public protocol AnyWorkspaceRequest: Request {
    var workspace: WorkspaceID? { get set }
}

extension AnyWorkspaceRequest {
    public var scope: String? { workspace?.rawValue }
}
