using ErrorOr;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class SourceAssemblerTests
{
    [Fact]
    public void Assemble_WhenDiffsFollow_AppliesThemInOrder()
    {
        var tree = Assemble(
            [SourceSamples.Text("kept.ts", "0"), SourceSamples.Text("edited.ts", "0"), SourceSamples.Text("gone.ts", "0"), SourceSamples.Text("back.ts", "0")],
            SourceSamples.Write("edited.ts", "1"),
            SourceSamples.Write("new.ts", "1"),
            SourceSamples.Delete("gone.ts"),
            SourceSamples.Delete("never-was.ts"),
            SourceSamples.Delete("back.ts"),
            SourceSamples.Write("./back.ts", "2"),
            SourceSamples.Write("edited.ts", "2")).Value;

        tree.Files.Select(file => $"{file.Path}={file.TextOf()}").Should().Equal("back.ts=2", "edited.ts=2", "kept.ts=0", "new.ts=1");
    }

    [Fact]
    public void Assemble_WhenTheProjectIsBuilt_DropsWhatTheBuildMakes()
    {
        var tree = Assemble([SourceSamples.Package("vite build"), SourceSamples.Text("dist/index.html"), SourceSamples.Text(".env", "KEY=1"), SourceSamples.Text(".gitignore")]).Value;

        tree.Paths().Should().Equal(".gitignore", "package.json");
    }

    [Fact]
    public void Assemble_WhenNothingIsBuilt_KeepsTheBuiltFolder()
    {
        Assemble([SourceSamples.Text("dist/index.html")]).Value.Paths().Should().Equal("dist/index.html");
        Assemble([SourceSamples.Package(build: null), SourceSamples.Text("dist/index.html")]).Value.Paths().Should().Equal("dist/index.html", "package.json");
    }

    [Fact]
    public void Assemble_WhenADiffAddsTheBuildScript_GoesByTheResult()
    {
        var build = SourceSamples.Package("vite build");

        var tree = Assemble([SourceSamples.Package(build: null), SourceSamples.Text("dist/index.html")], new FileDiff(build.Path, build.Content)).Value;

        tree.Paths().Should().Equal("package.json");
    }

    [Fact]
    public void Assemble_WhenOnlyExcludedFilesCollideOrOverflow_IsAccepted()
    {
        var limits = SourceSamples.Limits with { MaxFiles = 1 };

        var tree = SourceAssembler.Assemble(
            [SourceSamples.Text("a.ts"), SourceSamples.Text("node_modules/X.js"), SourceSamples.Text("node_modules/x.js")], [], limits).Value;

        tree.Paths().Should().Equal("a.ts");
    }

    [Fact]
    public void Assemble_WhenADiffWritesAboveAFile_IsRefused() =>
        Assemble([SourceSamples.Text("src/App.tsx")], SourceSamples.Write("src", "")).FirstError.Description.Should().Contain("'src' is a file");

    [Fact]
    public void Assemble_WhenPackageJsonIsBroken_SaysWhere() =>
        Assemble([SourceSamples.Text("package.json", "{\n  \"scripts\": {,\n}")]).FirstError.Description
            .Should().StartWith("package.json cannot be read: line 2");

    [Fact]
    public void Assemble_WhenAPathIsUnsafe_IsRefusedWhereverItComesFrom()
    {
        Assemble([SourceSamples.Text("/etc/x")]).IsError.Should().BeTrue();
        Assemble([], SourceSamples.Write("../x", "")).IsError.Should().BeTrue();
        Assemble([], SourceSamples.Delete("../x")).IsError.Should().BeTrue();
    }

    private static ErrorOr<SourceTree> Assemble(SourceFile[] files, params FileDiff[] diffs) => SourceAssembler.Assemble(files, diffs, SourceSamples.Limits);
}
