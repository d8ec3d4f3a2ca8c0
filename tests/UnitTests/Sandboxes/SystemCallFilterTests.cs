using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.UnitTests.Sandboxes;

/// <summary>The filter's program, run as the kernel would run it.</summary>
public sealed class SystemCallFilterTests
{
    private const uint X64 = 0xc000003e;
    private const uint Arm64 = 0xc00000b7;
    private const uint I386 = 0x40000003;

    private const uint Allowed = 0x7fff0000;
    private const uint Killed = 0x80000000;
    private const uint NotPermitted = 0x00050000 | 1;
    private const uint NotThere = 0x00050000 | 38;
    private const uint NoSuchAddressFamily = 0x00050000 | 97;

    [Theory]
    [InlineData(0u, 0ul, 0ul, Allowed)] // read
    [InlineData(59u, 0ul, 0ul, Allowed)] // execve
    [InlineData(165u, 0ul, 0ul, NotPermitted)] // mount
    [InlineData(321u, 0ul, 0ul, NotPermitted)] // bpf
    [InlineData(250u, 0ul, 0ul, NotPermitted)] // keyctl
    [InlineData(425u, 0ul, 0ul, NotThere)] // io_uring_setup
    [InlineData(435u, 0ul, 0ul, NotThere)] // clone3
    [InlineData(462u, 0ul, 0ul, Allowed)] // mseal, the newest that is known
    [InlineData(463u, 0ul, 0ul, NotThere)]
    [InlineData(0x40000000u, 0ul, 0ul, NotThere)] // x32's read
    [InlineData(56u, 0x3d0f00ul, 0ul, Allowed)] // clone, as threads are made
    [InlineData(56u, 0x10000011ul, 0ul, NotPermitted)] // clone with CLONE_NEWUSER
    [InlineData(41u, 1ul, 1ul, Allowed)] // socket of AF_UNIX
    [InlineData(41u, 10ul, 1ul, Allowed)] // AF_INET6
    [InlineData(41u, 40ul, 1ul, NoSuchAddressFamily)] // AF_VSOCK
    [InlineData(41u, 38ul, 5ul, NoSuchAddressFamily)] // AF_ALG
    [InlineData(16u, 0ul, 0x5401ul, Allowed)] // ioctl TCGETS
    [InlineData(16u, 0ul, 0x5412ul, NotPermitted)] // ioctl TIOCSTI
    [InlineData(16u, 0ul, 0x1_0000_5412ul, NotPermitted)] // the kernel reads 32 bits of it, too
    public void Filter_OnX64_Judges(uint call, ulong first, ulong second, uint verdict) =>
        Run(SystemCallFilter.For(Architecture.X64)!, X64, call, first, second).Should().Be(verdict);

    [Theory]
    [InlineData(63u, 0ul, 0ul, Allowed)] // read
    [InlineData(40u, 0ul, 0ul, NotPermitted)] // mount
    [InlineData(265u, 0ul, 0ul, NotPermitted)] // open_by_handle_at
    [InlineData(425u, 0ul, 0ul, NotThere)] // io_uring_setup
    [InlineData(220u, 0x10000011ul, 0ul, NotPermitted)] // clone with CLONE_NEWUSER
    [InlineData(198u, 40ul, 1ul, NoSuchAddressFamily)] // socket of AF_VSOCK
    [InlineData(29u, 0ul, 0x541cul, NotPermitted)] // ioctl TIOCLINUX
    public void Filter_OnArm64_Judges(uint call, ulong first, ulong second, uint verdict) =>
        Run(SystemCallFilter.For(Architecture.Arm64)!, Arm64, call, first, second).Should().Be(verdict);

    [Fact]
    public void Filter_OfAnotherTableOfNumbers_KillsTheProgram() =>
        Run(SystemCallFilter.For(Architecture.X64)!, I386, call: 3, 0, 0).Should().Be(Killed);

    [Fact]
    public void Filter_OfAnUnknownMachine_IsNone() => SystemCallFilter.For(Architecture.S390x).Should().BeNull();

    private static uint Run(byte[] program, uint machine, uint call, ulong first, ulong second)
    {
        var data = new byte[64]; // struct seccomp_data
        BinaryPrimitives.WriteUInt32LittleEndian(data, call);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), machine);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16), first);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(24), second);
        var loaded = 0u;
        for (var at = 0; ; at += 8)
        {
            var operand = BinaryPrimitives.ReadUInt32LittleEndian(program.AsSpan(at + 4));
            bool taken;
            switch (BinaryPrimitives.ReadUInt16LittleEndian(program.AsSpan(at)))
            {
                case 0x06: return operand;
                case 0x20:
                    loaded = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)operand));
                    continue;
                case 0x15: taken = loaded == operand; break;
                case 0x25: taken = loaded > operand; break;
                case 0x45: taken = (loaded & operand) != 0; break;
                default: throw new InvalidOperationException("The filter has an instruction that it should not have.");
            }

            at += 8 * program[at + (taken ? 2 : 3)];
        }
    }
}
