using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>
/// What a sandbox may not ask of the kernel, as the program of a filter that bubblewrap loads: calls that no build needs and that flaws of
/// the kernel have been reached by, or that lead past the namespaces.
/// </summary>
/// <remarks>
/// A list of what is refused rather than of what is allowed, because toolchains change faster than we do; so that it does not age, calls
/// newer than it are not there for a build. The programs are classic BPF as the kernel's seccomp(2) reads it.
/// </remarks>
internal static class SystemCallFilter
{
    // Offsets in the kernel's struct seccomp_data.
    private const uint Number = 0;
    private const uint Machine = 4;
    private const uint FirstArgument = 16;
    private const uint SecondArgument = 24;

    private const uint Allow = 0x7fff0000;
    private const uint KillProcess = 0x80000000;
    private const uint NotPermitted = 0x00050001;
    private const uint NotThere = 0x00050026; // programs then do without it, as on an older kernel
    private const uint NoSuchAddressFamily = 0x00050061;

    /// <summary>mseal. The numbers are common to all architectures from 424 on.</summary>
    private const uint Newest = 462;

    // A user namespace of its own is where most ways to more rights began; bubblewrap's limit on them is the other lock on that door.
    private const uint NewNamespaces = 0x7e020000;

    // Inside a virtual machine its host answers on AF_VSOCK, which network namespaces do not part; AF_ALG and others are old, seldom
    // used code.
    private static readonly uint[] AddressFamilies = [1, 2, 10, 16]; // AF_UNIX, AF_INET, AF_INET6, AF_NETLINK

    // Input in another's name, into the terminal of whoever looks at a build.
    private static readonly uint[] TerminalInput = [0x5412, 0x541c]; // TIOCSTI, TIOCLINUX

    /// <summary>The filter's program; null for a machine whose numbers are not known here.</summary>
    public static byte[]? For(Architecture architecture) => architecture switch
    {
        Architecture.X64 => Assemble(SystemCallNumbers.X64),
        Architecture.Arm64 => Assemble(SystemCallNumbers.Arm64),
        _ => null,
    };

    private static byte[] Assemble(SystemCallNumbers numbers)
    {
        var program = new Program();
        program.Load(Machine);
        program.Unless(numbers.Machine, KillProcess); // another table of numbers, as 32-bit programs have it
        program.Load(Number);
        program.Above(Newest, NotThere); // the x32 table among them
        foreach (var call in numbers.Refused) program.When(call, NotPermitted);
        foreach (var call in numbers.Missing) program.When(call, NotThere);
        program.WhenAnyBit(numbers.CloneCall, FirstArgument, NewNamespaces, NotPermitted);
        program.UnlessOneOf(numbers.SocketCall, FirstArgument, AddressFamilies, NoSuchAddressFamily);
        program.WhenOneOf(numbers.IoctlCall, SecondArgument, TerminalInput, NotPermitted);
        program.Return(Allow);
        return program.ToArray();
    }

    /// <summary>Writes instructions; each rule leaves the call's number loaded, or returns.</summary>
    private sealed class Program
    {
        private const ushort LoadWord = 0x20;
        private const ushort JumpEqual = 0x15;
        private const ushort JumpGreater = 0x25;
        private const ushort JumpAnyBit = 0x45;
        private const ushort ReturnValue = 0x06;

        private readonly List<byte> _bytes = [];

        public void Load(uint offset) => Write(LoadWord, offset);

        public void Return(uint verdict) => Write(ReturnValue, verdict);

        public void Unless(uint value, uint verdict)
        {
            Write(JumpEqual, value, whenTrue: 1);
            Return(verdict);
        }

        public void When(uint value, uint verdict)
        {
            Write(JumpEqual, value, whenFalse: 1);
            Return(verdict);
        }

        public void Above(uint value, uint verdict)
        {
            Write(JumpGreater, value, whenFalse: 1);
            Return(verdict);
        }

        public void WhenAnyBit(uint call, uint argument, uint bits, uint verdict)
        {
            Write(JumpEqual, call, whenFalse: 4);
            Load(argument);
            Write(JumpAnyBit, bits, whenFalse: 1);
            Return(verdict);
            Return(Allow);
        }

        public void WhenOneOf(uint call, uint argument, uint[] values, uint verdict) => OneOf(call, argument, values, verdict, Allow);

        public void UnlessOneOf(uint call, uint argument, uint[] values, uint verdict) => OneOf(call, argument, values, Allow, verdict);

        public byte[] ToArray() => [.. _bytes];

        private void OneOf(uint call, uint argument, uint[] values, uint found, uint other)
        {
            Write(JumpEqual, call, whenFalse: (byte)(2 + (2 * values.Length)));
            Load(argument);
            foreach (var value in values) When(value, found);
            Return(other);
        }

        // struct sock_filter: the jumps count instructions to leave out.
        private void Write(ushort code, uint operand, byte whenTrue = 0, byte whenFalse = 0)
        {
            Span<byte> instruction = stackalloc byte[8];
            BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
            (instruction[2], instruction[3]) = (whenTrue, whenFalse);
            BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], operand);
            _bytes.AddRange(instruction);
        }
    }
}
