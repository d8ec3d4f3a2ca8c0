using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class BubblewrapBinaryTests
{
    [Theory]
    [InlineData("bubblewrap 0.8.0\n", "0.8.0")]
    [InlineData("bubblewrap 0.11", "0.11")]
    public void Parse_WhenBubblewrapSaysItsVersion_ReadsIt(string output, string expected) =>
        BubblewrapVersion.Parse(output).Should().Be(Version.Parse(expected));

    [Theory]
    [InlineData("")]
    [InlineData("bubblewrap")]
    [InlineData("bubblewrap unknown")]
    [InlineData("busybox 1.36.1")]
    public void Parse_WhenOutputIsOfSomethingElse_IsNull(string output) => BubblewrapVersion.Parse(output).Should().BeNull();

    [Fact]
    public void Oldest_ComparedWithVersionsOnBothSides_Separates()
    {
        (BubblewrapVersion.Parse("bubblewrap 0.6.1") >= BubblewrapVersion.Oldest).Should().BeFalse();
        (BubblewrapVersion.Parse("bubblewrap 0.8.0") >= BubblewrapVersion.Oldest).Should().BeTrue();
        (BubblewrapVersion.Parse("bubblewrap 0.11.0") >= BubblewrapVersion.Oldest).Should().BeTrue();
        (BubblewrapVersion.Parse("nonsense") >= BubblewrapVersion.Oldest).Should().BeFalse();
    }

    [Theory]
    [InlineData("dnf", "run `dnf install bubblewrap`.")]
    [InlineData("apk", "run `apk add bubblewrap`.")]
    [InlineData("pacman", "run `pacman -S bubblewrap`.")]
    [InlineData("none of them", "install it with the package manager of this machine.")]
    public void Refusal_WhenThereIsNoAptGet_NamesTheOneCommandToRun(string manager, string advice) =>
        BubblewrapBinary.Refusal(program => program == manager ? $"/usr/bin/{program}" : null).Should().EndWith(advice);

    [Fact]
    public void MissingLibraries_WhenLddFoundAllButOne_NamesThatOne()
    {
        const string Output =
            """
            	linux-vdso.so.1 (0x00007f05734d3000)
            	libselinux.so.1 => not found
            	libcap.so.2 => /lib/x86_64-linux-gnu/libcap.so.2 (0x00007f05734b9000)
            """;

        BubblewrapBinary.MissingLibraries(Output).Should().Equal("libselinux.so.1");
    }
}
