import Testing

/// The promises that hold only when the real processes keep them together. One mesh at a time: they share the machine's cores.
@Suite(.serialized) enum RealMesh {}
