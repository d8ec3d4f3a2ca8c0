using System.Diagnostics;
using Libra.Deploy.WebApi.Composition;

namespace Libra.Deploy.UnitTests.Configuration;

public sealed class DemoCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra demo's \"$HOME\" ");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Command_WhateverThePathHasInIt_SendsTheTokenOfTheFile()
    {
        var file = Path.Combine(_folder.FullName, "dev-token");
        await File.WriteAllTextAsync(file, "ldt_token", TestContext.Current.CancellationToken);
        var line = DemoSetup.CommandFor("http://localhost:3008", file);

        // A curl that prints what it was called with, one argument a line.
        var start = new ProcessStartInfo("sh", ["-c", "curl() { printf '%s\\n' \"$@\"; }\n" + line]) { RedirectStandardOutput = true };
        using var shell = Process.Start(start)!;
        var arguments = (await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');

        arguments.Should().Contain("http://localhost:3008/deploy").And.Contain("Authorization: Bearer ldt_token")
            .And.Contain("""{"projectId":"demo","orgId":"org_demo","userId":"user_demo"}""");
    }
}
