import Testing
import Wire

struct CallMachineTests {
    private typealias Machine = CallMachine<String>

    private final class Count { var last: Int64 = 0 }
    private let ids = Count()

    @discardableResult
    private func submit(
        _ machine: inout Machine, _ waiter: String, frame: [UInt8] = [1], deadline: Int64 = 1000, mayRepeat: Bool = true
    ) -> (id: Int64, submission: Machine.Submission) {
        ids.last += 1
        let id = ids.last
        return (id, machine.submit(id: id, frame: frame, deadline: deadline, mayRepeat: mayRepeat, waiter: waiter))
    }

    @Test func aCallWaitsForAConnectionAndIsSentOverIt() {
        var machine = Machine()
        #expect(machine.isIdle)
        #expect(submit(&machine, "a", frame: [1]).submission == .wait)
        #expect(machine.connected() == [[1]])
        #expect(submit(&machine, "b", frame: [2]).submission == .send)
        #expect(!machine.isIdle)
    }

    @Test func aReplyWakesItsWaiterOnce() {
        var machine = Machine()
        _ = machine.connected()
        let first = submit(&machine, "a").id
        let second = submit(&machine, "b").id
        #expect(first != second)
        #expect(machine.received(second) == "b")
        #expect(machine.received(second) == nil)
        #expect(machine.received(99) == nil)
        #expect(machine.received(first) == "a")
        #expect(machine.isIdle)
    }

    @Test func aLoneCallIsKnownAsSuch() {
        var machine = Machine()
        _ = machine.connected()
        let first = submit(&machine, "a").id
        let second = submit(&machine, "b").id
        #expect(machine.receivedAlone(second) == nil, "another one is under way")
        #expect(machine.received(first) == "a")
        #expect(machine.receivedAlone(first) == nil)
        #expect(machine.receivedAlone(second) == "b")
        #expect(machine.isIdle)
    }

    @Test func callsBeyondTheCountAreOverloadedAtOnce() {
        var machine = Machine()
        for index in 0..<Machine.inFlightMax { #expect(submit(&machine, "\(index)").submission == .wait) }
        #expect(submit(&machine, "more").submission == .overloaded)
        #expect(machine.connected().count == Machine.inFlightMax, "nothing was kept of the call that was refused")
        #expect(machine.received(1) == "0")
        #expect(submit(&machine, "room again").submission == .send)
        #expect(submit(&machine, "more").submission == .overloaded)
    }

    @Test func callsBeyondTheBytesAreOverloadedAtOnce() {
        var machine = Machine()
        let half = [UInt8](repeating: 0x20, count: Machine.inFlightBytesMax / 2)
        let first = submit(&machine, "a", frame: half).id
        #expect(submit(&machine, "b", frame: half).submission == .wait)
        #expect(submit(&machine, "c", frame: [1]).submission == .overloaded)
        #expect(machine.received(first) == "a")
        #expect(submit(&machine, "d", frame: [1]).submission == .wait)
        #expect(submit(&machine, "e", frame: half).submission == .overloaded, "the small one counts too")
        #expect(machine.expired(now: 1000).count == 2)
        #expect(submit(&machine, "f", frame: half).submission == .wait)
        #expect(submit(&machine, "g", frame: half).submission == .wait, "what expired is counted no more")
    }

    @Test func aFrameThatTheServerWouldCloseOverIsNotKept() {
        var machine = Machine()
        let largest = [UInt8](repeating: 0x20, count: Frame.headerBytes + Frame.lengthMax)
        #expect(submit(&machine, "a", frame: largest + [0x20]).submission == .tooLarge)
        #expect(machine.isIdle)
        #expect(submit(&machine, "a", frame: largest).submission == .wait)
    }

    @Test func aDeadlineThatPassedEndsItsCallAlone() {
        var machine = Machine()
        _ = machine.connected()
        let early = submit(&machine, "early", deadline: 100).id
        submit(&machine, "late", deadline: 200)
        submit(&machine, "early too", deadline: 100)
        #expect(machine.nextDeadline == 100)
        #expect(machine.expired(now: 99).isEmpty)
        #expect(machine.expired(now: 100) == ["early", "early too"])
        #expect(machine.nextDeadline == 200)
        #expect(machine.received(early) == nil, "a reply that comes late is nobody's")
        #expect(machine.expired(now: 1000) == ["late"])
        #expect(machine.nextDeadline == nil)
    }

    @Test func aBrokenConnectionEndsOnlyWhatWasSentAndMayNotBeRepeated() {
        var machine = Machine()
        submit(&machine, "waits", frame: [1], mayRepeat: false)
        #expect(machine.disconnected(now: 0, jitter: 0).isEmpty, "it was never sent")
        #expect(machine.connected() == [[1]])
        submit(&machine, "repeats", frame: [2], mayRepeat: true)
        submit(&machine, "once", frame: [3], mayRepeat: false)
        #expect(machine.disconnected(now: 0, jitter: 0) == ["waits", "once"])
        #expect(submit(&machine, "new", frame: [4], mayRepeat: false).submission == .wait)
        #expect(machine.connected() == [[2], [4]])
    }

    @Test func whatIsSentAgainKeepsItsOrder() {
        var machine = Machine()
        _ = machine.connected()
        var ids: [Int64] = []
        for index in 0..<100 { ids.append(submit(&machine, "\(index)", frame: [UInt8(index)]).id) }
        for id in ids where id % 3 == 0 { #expect(machine.received(id) != nil) }
        #expect(machine.disconnected(now: 0, jitter: 0).isEmpty)
        #expect(machine.connected() == ids.indices.filter { ids[$0] % 3 != 0 }.map { [UInt8($0)] })
    }

    @Test func thePauseGrowsToItsMaximumAndAConnectionResetsIt() {
        var machine = Machine()
        var pauses: [Int64] = []
        for _ in 0..<12 {
            #expect(machine.disconnected(now: 5000, jitter: 0).isEmpty)
            pauses.append(machine.connectAt - 5000)
        }
        #expect(pauses == [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000, 1000])
        _ = machine.disconnected(now: 5000, jitter: 0.999)
        #expect(machine.connectAt - 5000 > 1900 && machine.connectAt - 5000 < Machine.backoffMillisecondsMax)
        _ = machine.connected()
        _ = machine.disconnected(now: 5000, jitter: 0.5)
        #expect(machine.connectAt - 5000 == 15)
    }

    @Test func closingWakesEveryoneInOrder() {
        var machine = Machine()
        submit(&machine, "a")
        _ = machine.connected()
        submit(&machine, "b", mayRepeat: false)
        submit(&machine, "c")
        #expect(machine.close() == ["a", "b", "c"])
        #expect(machine.isIdle)
        #expect(machine.close().isEmpty)
        #expect(machine.connected().isEmpty)
    }
}
