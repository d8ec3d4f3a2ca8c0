using ErrorOr;
using Libra.Deploy.Application.Projects.Source;
using static Libra.Deploy.UnitTests.Projects.Source.SourceSamples;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class ProjectLayoutTests
{
    [Fact]
    public void Of_WhenThereIsNoPackageJson_HasNothingToBuild()
    {
        var layout = Of(Text("index.html"), Text("bun.lock")).Value;

        layout.Should().Be(new ProjectLayout(false, BuildScript: null, PackageManager.None, LockFilePath: null, WranglerConfigPath: null));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "scripts": {} }""")]
    [InlineData("""{ "scripts": { "dev": "vite", "build": " " } }""")]
    [InlineData("\ufeff{}")]
    public void Of_WhenThereIsNoBuildScript_HasNothingToBuild(string packageJson)
    {
        var layout = Of(Text("package.json", packageJson)).Value;

        layout.HasPackageJson.Should().BeTrue();
        layout.BuildScript.Should().BeNull();
    }

    [Theory]
    [InlineData("bun.lock", PackageManager.Bun)]
    [InlineData("bun.lockb", PackageManager.Bun)]
    [InlineData("package-lock.json", PackageManager.Npm)]
    [InlineData("npm-shrinkwrap.json", PackageManager.Npm)]
    [InlineData("pnpm-lock.yaml", PackageManager.Pnpm)]
    [InlineData("yarn.lock", PackageManager.Yarn)]
    public void Of_WhenThereIsALock_KnowsWhoseItIs(string lockFile, PackageManager expected)
    {
        var layout = Of(Package("vite build"), Text(lockFile), Text("packages/a/bun.lock")).Value;

        layout.BuildScript.Should().Be("vite build");
        layout.PackageManager.Should().Be(expected);
        layout.LockFilePath.Should().Be(lockFile);
    }

    [Fact]
    public void Of_WhenThereIsNoLock_LetsBunMakeOne()
    {
        var layout = Of(Package("vite build")).Value;

        layout.PackageManager.Should().Be(PackageManager.Bun);
        layout.LockFilePath.Should().BeNull();
    }

    [Fact]
    public void Of_WhenThereAreSeveralLocks_PrefersBun() =>
        Of(Package("x"), Text("yarn.lock"), Text("bun.lock")).Value.LockFilePath.Should().Be("bun.lock");

    [Theory]
    [InlineData("package-lock.json")]
    [InlineData("pnpm-lock.yaml")]
    public void Of_WhenBunsLockCannotBeRead_PrefersOneThatCan(string readable) =>
        Of(Package("x"), Text("bun.lockb"), Text(readable)).Value.LockFilePath.Should().Be(readable);

    [Fact]
    public void Of_WhenNoLockCanBeRead_LeavesItToBun() =>
        Of(Package("x"), Text("yarn.lock"), Text("bun.lockb")).Value.PackageManager.Should().Be(PackageManager.Bun);

    [Theory]
    [InlineData("wrangler.jsonc")]
    [InlineData("wrangler.json")]
    [InlineData("wrangler.toml")]
    public void Of_WhenThereIsAWranglerConfig_FindsItAtTheTopOnly(string path)
    {
        Of(Text(path)).Value.WranglerConfigPath.Should().Be(path);
        Of(Text($"sub/{path}")).Value.WranglerConfigPath.Should().BeNull();
    }

    [Theory]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{\n  \"name\": oops\n}", "line 2, byte 11")]
    [InlineData("[]", "must hold an object")]
    [InlineData("""{ "scripts": "build" }""", "'scripts' must be an object")]
    [InlineData("""{ "scripts": { "build": 1 } }""", "'scripts.build' must be text")]
    public void Of_WhenPackageJsonIsBroken_IsTheUsersToMend(string packageJson, string reason)
    {
        var error = Of(Text("package.json", packageJson)).FirstError;

        error.Type.Should().Be(ErrorType.Validation);
        error.Description.Should().StartWith("package.json cannot be read").And.Contain(reason);
    }

    private static ErrorOr<ProjectLayout> Of(params SourceFile[] files) => ProjectLayout.Of(SourceTree.Create(files, Limits).Value);
}
