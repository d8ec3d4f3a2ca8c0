using ErrorOr;
using Libra.Deploy.Application.Projects.Source;
using static Libra.Deploy.UnitTests.Projects.Source.SourceSamples;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class SourceAssemblerTests
{
    [Fact]
    public void Assemble_WhenDiffsFollow_AppliesThemInOrder()
    {
        var tree = Assemble(
            [Text("kept.ts", "0"), Text("edited.ts", "0"), Text("gone.ts", "0"), Text("back.ts", "0")],
            Write("edited.ts", "1"),
            Write("new.ts", "1"),
            Delete("gone.ts"),
            Delete("never-was.ts"),
            Delete("back.ts"),
            Write("./back.ts", "2"),
            Write("edited.ts", "2")).Value;

        tree.Files.Select(file => $"{file.Path}={file.TextOf()}").Should().Equal("back.ts=2", "edited.ts=2", "kept.ts=0", "new.ts=1");
    }

    [Fact]
    public void Assemble_WhenTheProjectIsBuilt_DropsWhatTheBuildMakes()
    {
        var tree = Assemble(
            [Package("vite build"), Text("dist/index.html"), Text(".env", "KEY=1"), Text(".gitignore")]).Value;

        tree.Paths().Should().Equal(".gitignore", "package.json");
    }

    [Fact]
    public void Assemble_WhenSomethingIsDropped_NamesEachFolderAndFileOnce()
    {
        var tree = Assemble(
            [Package("vite build"), Text("dist/a.js"), Text("dist/b.js"), Text("apps/web/.env.production"), Text(".env.example"), Text("node_modules/x/.env")]).Value;

        tree.LeftOut.Should().Equal("apps/web/.env.production", "dist", "node_modules");
        tree.LeftOut.Where(ExcludedPaths.HoldsSettings).Should().Equal("apps/web/.env.production");
    }

    [Fact]
    public void Assemble_WhenNothingIsBuilt_KeepsTheBuiltFolder()
    {
        Assemble([Text("dist/index.html")]).Value.Paths().Should().Equal("dist/index.html");
        Assemble([Package(build: null), Text("dist/index.html")]).Value.Paths().Should().Equal("dist/index.html", "package.json");
    }

    [Fact]
    public void Assemble_WhenASourceFolderIsCalledBuild_KeepsItUnlessItHoldsASite()
    {
        Assemble([Package("vite build"), Text("build/plugins.ts")]).Value.Paths().Should().Equal("build/plugins.ts", "package.json");
        Assemble([Package("vite build"), Text("build/index.html"), Text("build/a.js")]).Value.LeftOut.Should().Equal("build");
    }

    [Fact]
    public void Assemble_WhenADiffAddsTheBuildScript_GoesByTheResult()
    {
        var build = Package("vite build");

        var tree = Assemble([Package(build: null), Text("dist/index.html")], new FileDiff(build.Path, build.Content)).Value;

        tree.Paths().Should().Equal("package.json");
    }

    [Fact]
    public void Assemble_WhenOnlyExcludedFilesCollideOrOverflow_IsAccepted()
    {
        var limits = Limits with { MaxFiles = 1 };

        var tree = SourceAssembler.Assemble(
            [Text("a.ts"), Text("node_modules/X.js"), Text("node_modules/x.js")], [], limits).Value;

        tree.Paths().Should().Equal("a.ts");
    }

    [Fact]
    public void Assemble_WhenADiffWritesAboveAFile_IsRefused() =>
        Assemble([Text("src/App.tsx")], Write("src", "")).FirstError.Description
            .Should().Contain("'src' is a file");

    [Fact]
    public void Assemble_WhenPackageJsonIsBroken_SaysWhere() =>
        Assemble([Text("package.json", "{\n  \"scripts\": {,\n}")]).FirstError.Description
            .Should().StartWith("package.json cannot be read: line 2");

    [Fact]
    public void Assemble_WhenAPathIsUnsafe_IsRefusedWhereverItComesFrom()
    {
        Assemble([Text("/etc/x")]).IsError.Should().BeTrue();
        Assemble([], Write("../x", "")).IsError.Should().BeTrue();
        Assemble([], Delete("../x")).IsError.Should().BeTrue();
    }

    private static ErrorOr<SourceTree> Assemble(SourceFile[] files, params FileDiff[] diffs) =>
        SourceAssembler.Assemble(files, diffs, Limits);
}
