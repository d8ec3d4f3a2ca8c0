using System.Text;
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
    public void Read_WhenPnpmsWorkspaceIsHuge_RefusesItUnread()
    {
        Write("package.json", """{ "name": "a" }""");
        Write("pnpm-workspace.yaml", "packages:\n" + string.Concat(Enumerable.Repeat("- a\n", 100_000)));

        InstallInputs.Read(_source.FullName, PackageManager.Pnpm).Problems
            .Should().ContainSingle().Which.Should().Be("pnpm-workspace.yaml is larger than 256 KiB.");
    }

    [Fact]
    public void Read_WhenAManifestHoldsTooMany_RefusesItAndLeavesOutOneThatIsNotNeeded()
    {
        var manifest = $$"""{"x":[0{{string.Concat(Enumerable.Repeat(",0", 50_000))}}]}""";
        Write("package.json", """{ "workspaces": ["packages/*"] }""");
        Write("packages/a/package.json", manifest);
        Write("examples/b/package.json", manifest);

        var inputs = InstallInputs.Read(_source.FullName, PackageManager.Npm);

        inputs.Problems.Should().Equal("packages/a/package.json holds more than 50,000 names and values.");
        inputs.PackageFolders.Should().Equal("");
    }

    [Fact]
    public void Read_WhenThousandsOfDependenciesAreRefused_TellsOfTheFirst()
    {
        var dependencies = string.Join(',', Enumerable.Range(0, 5_000).Select(number => $"\"d{number}\":\"x:\""));
        Write("package.json", $$"""{ "workspaces": ["*"], "dependencies": { {{dependencies}} } }""");
        Write("b/package.json", $$"""{ "dependencies": { {{dependencies}} } }""");

        InstallInputs.Read(_source.FullName, PackageManager.Bun).Problems.Should().HaveCount(10).And.Contain(problem => problem.Contains("'d0'"));
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
    public void Key_WhenAWorkspacesProgramChanges_StaysUntilItsFirstLineDoes()
    {
        Write("package.json", """{ "workspaces": ["packages/*"] }""");
        Write("packages/gen/package.json", """{ "bin": "gen.mjs" }""");
        var without = Key();
        Write("packages/gen/gen.mjs", "#!/usr/bin/env node\na");
        var before = Key();

        Write("packages/gen/gen.mjs", "#!/usr/bin/env node\nb");
        Key().Should().Be(before).And.NotBe(without);

        Write("packages/gen/gen.mjs", "#!/usr/bin/env bun\nb");
        Key().Should().NotBe(before);
    }

    [Fact]
    public void Programs_AreTheFilesThatWorkspacesNameWithTheirFirstLineAlone()
    {
        Write("package.json", """{ "workspaces": ["packages/*"], "bin": "root.js" }""");
        Write("packages/a/package.json", """
            { "bin": { "a": "./bin/a.mjs", "b": "/b.js", "up": "../../root.js", "lost": "lost.js", "odd": 1, "self": "package.json", "dir": "bin" } }
            """);
        Write("packages/b/package.json", """{ "directories": { "bin": "programs" } }""");
        Write("packages/c/package.json", """{ "bin": [] }""");
        foreach (var path in (string[])["root.js", "packages/a/b.js", "packages/a/other.js"]) Write(path, "code");
        Write("packages/a/bin/a.mjs", "#!/usr/bin/env node\ncode");
        Write("packages/b/programs/long", "#!" + new string('x', 1_000));

        var programs = InstallInputs.Read(_source.FullName, PackageManager.Npm).Programs.FirstLines;

        programs.ToDictionary(program => program.Key, program => Encoding.UTF8.GetString(program.Value)).Should().BeEquivalentTo(
            new Dictionary<string, string>
            {
                ["packages/a/bin/a.mjs"] = "#!/usr/bin/env node\n",
                ["packages/a/b.js"] = "",
                ["packages/b/programs/long"] = "#!" + new string('x', 510) + "\n",
            });
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

    [Theory]
    [InlineData("lockfileVersion: '9.0'\nimporters:\n")]
    [InlineData("---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    packageManagerDependencies: {}\n---\nlockfileVersion: '9.0'\nimporters:\n")]
    [InlineData("---\r\nlockfileVersion: '9.0'\r\n---\r\nlockfileVersion: '9.0'\nimporters:\n")]
    public void Read_OfPnpmsLock_TakesTheProjectsOwnDocument(string text)
    {
        Write("package.json", "{}");
        Write("pnpm-lock.yaml", text);

        InstallInputs.Read(_source.FullName, PackageManager.Pnpm).Lock.Should().Be("lockfileVersion: '9.0'\nimporters:\n");
    }

    [Fact]
    public void WriteTo_WhenTheManifestHasSettingsForEarlierPnpms_PutsThemWherePnpmReadsThem()
    {
        Write("package.json", """{ "pnpm": { "overrides": { "a": "1.0.0" }, "patchedDependencies": { "b@1.0.0": "patches/b.patch" }, "onlyBuiltDependencies": ["c"] } }""");
        Write("pnpm-workspace.yaml", "packages:\n  - x\noverrides:\n  a: 2.0.0\n");

        InstallInputs.Read(_source.FullName, PackageManager.Pnpm).WriteTo(_target.FullName);

        File.ReadAllText(Path.Combine(_target.FullName, "package.json")).Should().Be("{}");
        File.ReadAllText(Path.Combine(_target.FullName, "pnpm-workspace.yaml")).Trim().Should().Be(
            "packages:\n  - x\noverrides:\n  a: 2.0.0\n\npatchedDependencies: {\"b@1.0.0\":\"patches/b.patch\"}", "what is there already counts");
    }

    [Fact]
    public void WriteTo_WhenAManifestAsksForAnotherPnpm_LeavesThatOut()
    {
        Write("package.json", """{ "engines": { "node": "20", "pnpm": "^9" } }""");

        InstallInputs.Read(_source.FullName, PackageManager.Pnpm).WriteTo(_target.FullName);

        File.ReadAllText(Path.Combine(_target.FullName, "package.json")).Should().Be("""{"engines":{"node":"20"}}""");
    }

    [Theory]
    [InlineData(PackageManager.Npm, "package.json", """{ "workspaces": ["packages/*"] }""")]
    [InlineData(PackageManager.Pnpm, "pnpm-workspace.yaml", "packages:\n  - 'packages/*'\n")]
    public void Read_WhenNoPatternNamesABrokenManifest_LeavesItOut(PackageManager manager, string path, string patterns)
    {
        Write("package.json", "{}");
        Write(path, patterns);
        Write("packages/ui/package.json", """{ "name": "ui" }""");
        Write("examples/demo/package.json", """{ "dependencies": { "lib": "file:../.." } }""");
        Write("templates/x/package.json", """{ "name": {{name}} }""");
        Write("examples/fine/package.json", "{}");

        var inputs = InstallInputs.Read(_source.FullName, manager);

        inputs.Problems.Should().BeEmpty();
        inputs.PackageFolders.Should().BeEquivalentTo("", "packages/ui", "examples/fine");
    }

    [Fact]
    public void Read_WhenAWorkspaceIsBroken_IsRefused()
    {
        Write("package.json", """{ "workspaces": { "packages": ["packages/*"] } }""");
        Write("packages/ui/package.json", """{ "dependencies": { "lib": "file:../.." } }""");

        InstallInputs.Read(_source.FullName, PackageManager.Bun).Problems.Should().ContainSingle().Which.Should().Contain("packages/ui");
    }

    [Fact]
    public void Read_WhenMostManifestsAreFixtures_CountsTheWorkspacesAlone()
    {
        Write("package.json", """{ "workspaces": ["packages/*"] }""");
        Write("packages/ui/package.json", "{}");
        foreach (var number in Enumerable.Range(0, 501)) Write($"fixtures/{number}/package.json", "{}");

        var inputs = InstallInputs.Read(_source.FullName, PackageManager.Bun);

        inputs.Problems.Should().BeEmpty();
        inputs.PackageFolders.Should().Contain("packages/ui");
    }

    [Fact]
    public void Read_WhenNpmHasAShrinkwrap_TakesItBeforeTheLockFile()
    {
        Write("package.json", "{}");
        Write("npm-shrinkwrap.json", "shrinkwrap");
        Write("package-lock.json", "lock");
        Write("bun.lockb", "binary");

        var inputs = InstallInputs.Read(_source.FullName, PackageManager.Npm);
        inputs.WriteTo(_target.FullName);

        (inputs.LockName, inputs.Lock).Should().Be(("npm-shrinkwrap.json", "shrinkwrap"));
        inputs.IgnoredLocks.Should().Equal("package-lock.json", "bun.lockb");
        _target.EnumerateFiles().Select(file => file.Name).Should().BeEquivalentTo("package.json", "npm-shrinkwrap.json");
    }

    private string Key(string version = "1") => InstallInputs.Read(_source.FullName, PackageManager.Bun).Key(version);

    private void Write(string path, string content)
    {
        var file = new FileInfo(Path.Combine(_source.FullName, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, content);
    }
}
