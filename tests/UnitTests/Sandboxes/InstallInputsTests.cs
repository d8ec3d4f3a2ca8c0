using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class InstallInputsTests : IDisposable
{
    private readonly DirectoryInfo _source = Directory.CreateTempSubdirectory("libra-source-");
    private readonly DirectoryInfo _target = Directory.CreateTempSubdirectory("libra-target-");

    public void Dispose()
    {
        _source.Delete(recursive: true);
        _target.Delete(recursive: true);
    }

    [Fact]
    public void WriteTo_WhenTheProjectHasSettingsAndCode_HandsOnOnlyWhatAnInstallNeeds()
    {
        Write("package.json", """{ "workspaces": ["packages/*"], "scripts": { "postinstall": "evil" }, "packageManager": "pnpm@1.0.0", "dependencies": { "a": "1" } }""");
        Write("packages/ui/package.json", """{ "name": "ui" }""");
        Write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n");
        Write("pnpm-workspace.yaml",
            "packages:\n- packages/*\nconfigDependencies:\n  evil: 1.0.0\n\"pnpmfile\": evil.cjs\ncatalog:\n  react: ^19\n");
        Write("patches/a.patch", "diff");
        foreach (var name in (string[])[".npmrc", "bunfig.toml", ".yarnrc.yml", ".pnpmfile.cjs", "index.js", "packages/ui/.npmrc"])
            Write(name, "evil");

        var inputs = InstallInputs.Read(_source.FullName, PackageManager.Pnpm);
        inputs.WriteTo(_target.FullName);

        inputs.Problems.Should().BeEmpty();
        inputs.PackageFolders.Should().BeEquivalentTo("", "packages/ui");
        _target.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_target.FullName, file.FullName))
            .Should().BeEquivalentTo(
                "package.json", "packages/ui/package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "patches/a.patch");
        File.ReadAllText(Path.Combine(_target.FullName, "pnpm-workspace.yaml"))
            .Should().Be("packages:\n- packages/*\ncatalog:\n  react: ^19\n\n");
        File.ReadAllText(Path.Combine(_target.FullName, "package.json"))
            .Should().NotContain("evil").And.NotContain("packageManager").And.Contain("\"a\":\"1\"");
    }

    [Fact]
    public void Key_WhenOnlyScriptsOrCodeChange_StaysAndElseChanges()
    {
        Write("package.json", """{ "scripts": { "build": "a" }, "dependencies": { "a": "1" } }""");
        Write("bun.lock", "{}");
        var before = Key();

        Write("package.json", """{ "scripts": { "build": "b" }, "dependencies": { "a": "1" } }""");
        Write("index.js", "code");
        Key().Should().Be(before);

        Write("bun.lock", "{ }");
        Key().Should().NotBe(before);
        Key(version: "2").Should().NotBe(Key());
    }

    [Fact]
    public void WriteTo_WhenAManifestHasAKeyTwice_HandsOnTheLastAlone()
    {
        Write("package.json", """
            { "scripts": { "build": "a", "build": "b" }, "scripts": {}, "workspaces": { "catalog": { "a": "1" }, "catalog": { "a": "2" } },
              "dependencies": { "a": "1", "\u0061": "2" }, "trustedDependencies": ["a"] }
            """);

        var inputs = InstallInputs.Read(_source.FullName, PackageManager.Bun);
        inputs.WriteTo(_target.FullName);

        inputs.Problems.Should().BeEmpty();
        File.ReadAllText(Path.Combine(_target.FullName, "package.json"))
            .Should().Be("""{"workspaces":{"catalog":{"a":"2"}},"dependencies":{"a":"2"},"trustedDependencies":["a"]}""");
    }

    [Fact]
    public void Read_WhenTheLastOfTwoKeysIsFine_HandsOnNothingOfTheFirst()
    {
        Write("package.json", """
            { "workspaces": { "catalog": { "a": "git+https://example.com/x.git" }, "catalog": { "a": "1" } },
              "overrides": { "b": "file:../x" }, "overrides": {} }
            """);

        var inputs = InstallInputs.Read(_source.FullName, PackageManager.Bun);
        inputs.WriteTo(_target.FullName);

        inputs.Problems.Should().BeEmpty();
        File.ReadAllText(Path.Combine(_target.FullName, "package.json")).Should().NotContain("git+").And.NotContain("file:");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{ "\ud800": 1 }""")]
    [InlineData("""{ "dependencies": { "a": "\ud800" } }""")]
    public void Read_WhenAManifestIsNoObjectOfText_IsRefused(string manifest)
    {
        Write("package.json", manifest);

        InstallInputs.Read(_source.FullName, PackageManager.Bun).Problems.Should().NotBeEmpty();
    }

    private string Key(string version = "1") => InstallInputs.Read(_source.FullName, PackageManager.Bun).Key(version);

    private void Write(string path, string content)
    {
        var file = new FileInfo(Path.Combine(_source.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, content);
    }
}
