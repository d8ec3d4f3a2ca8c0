using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class AptPackageTests
{
    [Theory]
    [InlineData(
        "W: Failed to fetch http://deb.example/InRelease  Temporary failure resolving 'deb.example'\nW: Some index files failed",
        "E: Unable to locate package bubblewrap", "Temporary failure resolving 'deb.example'")]
    [InlineData("", "E: Unable to locate package bubblewrap\n", "(Unable to locate package bubblewrap)")]
    [InlineData("", "", "(apt-get gave no reason)")]
    public void Refusal_OfAPackageThatCannotBeFetched_NamesTheCauseAndWhatToDo(string update, string download, string cause) =>
        AptPackage.Refusal("bubblewrap", update, download).Should().StartWith("bubblewrap is not on this machine")
            .And.Contain(cause).And.NotContain("index files").And.Contain("Check the machine's network");
}
