using System.Runtime.InteropServices;
using Libra.Deploy.Infrastructure.Runtime;

namespace Libra.Deploy.UnitTests.Runtime;

public sealed class RuntimeLayoutTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-runtime-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Find_WhenNothingIsConfigured_FindsTheCheckoutsFolderWithEveryProgram()
    {
        var runtime = RuntimeLayout.Find();

        string[] programs = [
            runtime.Node, runtime.Npm, runtime.Bun, runtime.Pnpm, runtime.Workerd, Path.Combine(runtime.PostgresBin, "initdb")];
        programs.Should().OnlyContain(path => Path.IsPathFullyQualified(path) && File.Exists(path));
        new FileInfo(runtime.Node).LinkTarget.Should().BeNull("a sandbox gets the file itself");
    }

    [Fact]
    public void Find_WhenTheConfiguredFolderIsAnother_SaysSo()
    {
        var find = () => RuntimeLayout.Find(_folder.FullName);

        find.Should().Throw<RuntimePartMissingException>().WithMessage($"LIBRA_RUNTIME_DIR names {_folder.FullName},*");
    }

    [Fact]
    public void Bun_WhenNotInstalled_SaysWhatToRunWhere()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "package.json"), "{}");
        var runtime = RuntimeLayout.Find(_folder.FullName);

        runtime.Invoking(layout => layout.Bun).Should().Throw<RuntimePartMissingException>()
            .WithMessage($"node_modules/@oven/* is missing from {_folder.FullName}; run `npm ci --ignore-scripts` in that folder.");
    }

    [Fact]
    public void Of_WhenTheProcessorHasNoPackages_SaysWhichHave()
    {
        var packages = () => PlatformPackages.Of(Architecture.S390x);

        packages.Should().Throw<RuntimePartMissingException>().WithMessage("*x64 and arm64*S390x*");
    }
}
