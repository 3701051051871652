import TestKit
import Testing
import Wire

struct FrameBufferTests {
    private func frame(_ payload: [UInt8]) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 24 & 255), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255)] + payload
    }

    private func drain(_ buffer: inout FrameBuffer) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while let range = try buffer.next() { frames.append(Array(buffer.bytes[range])) }
        return frames
    }

    private func fault(_ bytes: [UInt8], lengthMax: Int = Frame.helloLengthMax) -> Fault.Code? {
        var buffer = FrameBuffer(lengthMax: lengthMax)
        buffer.append(bytes)
        do throws(Fault) {
            while try buffer.next() != nil {}
            return nil
        } catch { return error.code }
    }

    @Test func aFrameAloneIsSeenWithoutTakingItOut() throws {
        var buffer = FrameBuffer()
        let bytes = frame(Array("[1]".utf8))
        #expect(buffer.loneFrame == nil)
        buffer.append(Array(bytes.dropLast()))
        #expect(buffer.loneFrame == nil, "it is not whole")
        buffer.append(Array(bytes.suffix(1)))
        #expect(buffer.loneFrame.map { Array(buffer.bytes[$0]) } == Array("[1]".utf8))
        buffer.append([0])
        #expect(buffer.loneFrame == nil, "it is not alone")
        #expect(try drain(&buffer) == [Array("[1]".utf8)])

        var other = FrameBuffer(lengthMax: 2)
        other.append(bytes)
        #expect(other.loneFrame == nil, "it is too long to be taken")
        other = FrameBuffer()
        other.append(bytes)
        other.empty()
        #expect(try drain(&other).isEmpty && !other.isPartial)
    }

    @Test func framesComeOutWholeHoweverTheirBytesAreCut() throws {
        let payloads: [[UInt8]] = [Array("{}".utf8), [0x31], Array("[1,2,3]".utf8), Array("\"four\"".utf8)]
        let bytes = payloads.flatMap(frame)
        for pieces in Cuttings.all(of: bytes) + Cuttings.inThree(bytes) {
            var buffer = FrameBuffer()
            var frames: [[UInt8]] = []
            for piece in pieces {
                buffer.append(piece)
                frames += try drain(&buffer)
            }
            #expect(frames == payloads, "cut into \(pieces.map(\.count))")
            #expect(!buffer.isPartial)
        }
    }

    @Test func aFrameOfTheGreatestLengthIsTakenAndOneByteMoreIsNot() throws {
        for lengthMax in [Frame.helloLengthMax, Frame.lengthMax] {
            let payload = [UInt8](repeating: 0x20, count: lengthMax)
            var buffer = FrameBuffer(lengthMax: lengthMax)
            buffer.append(frame(payload) + frame([0x31]))
            #expect(try drain(&buffer) == [payload, [0x31]])
            #expect(fault(frame(payload + [0x20]), lengthMax: lengthMax) == .tooLarge)
        }
    }

    @Test func aLyingLengthAllocatesNothing() {
        var buffer = FrameBuffer(lengthMax: Frame.lengthMax)
        buffer.append([0xFF, 0xFF, 0xFF, 0xFF])
        let before = buffer.bytes.count
        #expect(throws: Fault(.tooLarge, "a frame has at most 4194304 bytes")) { try buffer.next() }
        #expect(buffer.bytes.count == before)
        #expect(before <= FrameBuffer.readBytes)
    }

    @Test func memoryFollowsWhatCameNotWhatWasAnnounced() throws {
        var buffer = FrameBuffer(lengthMax: Frame.lengthMax)
        buffer.append([0x00, 0x40, 0x00, 0x00])  // 4 MiB, exactly allowed.
        #expect(try buffer.next() == nil)
        buffer.append([0x20])
        #expect(buffer.bytes.count <= 2 * FrameBuffer.readBytes)
        #expect(buffer.isPartial)
        buffer.append([UInt8](repeating: 0x20, count: Frame.lengthMax - 1))
        #expect(try buffer.next()?.count == Frame.lengthMax)
        buffer.append([0])
        #expect(buffer.bytes.count <= FrameBuffer.readBytes, "an empty buffer gives a large frame's memory back")
    }

    @Test func anEmptyFrameIsMalformed() {
        #expect(fault([0, 0, 0, 0]) == .malformed)
        #expect(fault(frame([0x31]) + [0, 0, 0, 0]) == .malformed)
        #expect(fault(frame([0x31])) == nil)
    }

    @Test func nothingReadChangesNothing() throws {
        var buffer = FrameBuffer()
        buffer.append([0, 0, 0])
        for result in [0, -1] { #expect(buffer.fill { _ in result } == result) }
        #expect(try buffer.next() == nil)
        buffer.append([1, 0x31])
        #expect(try drain(&buffer) == [[0x31]])
    }

    @Test func aLongStreamOfFramesKeepsItsBufferSmall() throws {
        var random = SeededGenerator(seed: 3)
        var buffer = FrameBuffer(lengthMax: Frame.lengthMax)
        var pending: [UInt8] = []
        var sent: [Int] = []
        var received: [Int] = []
        for _ in 0..<600 {
            let length = 1 + random.below(3000)
            sent.append(length)
            pending += frame([UInt8](repeating: 0x20, count: length))
            let count = random.below(pending.count + 1)
            buffer.append(Array(pending.prefix(count)))
            pending.removeFirst(count)
            received += try drain(&buffer).map(\.count)
        }
        buffer.append(pending)
        received += try drain(&buffer).map(\.count)
        #expect(received == sent)
        #expect(buffer.bytes.count <= 4 * FrameBuffer.readBytes)
    }
}
