using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

namespace Libra.Deploy.UnitTests.Deployments.Lockfiles;

public sealed class LockfileRulesTests
{
    private const string Checksum = "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
    private static readonly Uri Registry = new("https://registry.example/npm/");

    [Theory]
    [InlineData($$"""{ "packages": { "a": ["a@1.0.0", "", {}, "{{Checksum}}"], }, }""")]
    [InlineData($$"""{ "packages": { "a/@s/b": ["@s/b@1.0.0-rc.1+x", "https://registry.example/npm/@s/b/-/b-1.0.0-rc.1+x.tgz", {}, "{{Checksum}}"] } }""")]
    [InlineData($$"""{ "workspaces": { "": {}, "packages/ui": {} }, "packages": { "@my/ui": ["@my/ui@workspace:packages/ui"] } } // comment""")]
    [InlineData($$"""{ "packages": { "alias": ["real@2.0.0", "", { "bin": "x" }, "{{Checksum}}"] } }""")]
    public void Check_WhenBunLockNamesTheRegistry_HasNothingToSay(string text) =>
        LockfileRules.Check(PackageManager.Bun, text, Registry).Should().BeEmpty();

    [Theory]
    [InlineData("link:../ui", true)]
    [InlineData("link:../../../ui", true)]
    [InlineData("link:../../../../etc", false)]
    [InlineData("link:a/../../../../../etc", false)]
    [InlineData("link:/etc", false)]
    [InlineData("file:../ui", false)]
    [InlineData("git+https://example.com/x.git", false)]
    public void Check_OfAPnpmImporter_LetsItLinkToWorkspacesAlone(string version, bool allowed) =>
        LockfileRules.Check(PackageManager.Pnpm, PnpmImporting($"        version: {version}"), Registry).Should().HaveCount(allowed ? 0 : 1);

    [Fact]
    public void Check_OfAPnpmLineThatRepeatsItself_StaysLinear() => Growth.ShouldBeLinear(1_000, times: 10, length =>
        LockfileRules.Check(
            PackageManager.Pnpm, PnpmImporting($"        version: {string.Concat(Enumerable.Repeat("link:version: ", length))}"), Registry));

    [Theory]
    [InlineData($$"""["a@1.0.0", "http://127.0.0.1:4801/x.tgz", {}, "{{Checksum}}"]""", "comes from")]
    [InlineData($$"""["a@1.0.0", "https://registry.example/npm/b/-/b-1.0.0.tgz", {}, "{{Checksum}}"]""", "comes from")]
    [InlineData($$"""["a@1.0.0", "https://registry.example/npm/a/-/a-1.0.1.tgz", {}, "{{Checksum}}"]""", "comes from")]
    [InlineData($$"""["a@1.0.0", "https://registry.example.evil/npm/a/-/a-1.0.0.tgz", {}, "{{Checksum}}"]""", "comes from")]
    [InlineData("""["a@1.0.0", "", {}, ""]""", "SHA-512")]
    [InlineData("""["a@1.0.0", "", {}, "sha512-short=="]""", "SHA-512")]
    [InlineData("""["a@1.0.0", "", {}, "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA="]""", "SHA-512")]
    [InlineData("""["a@1.0.0", "", {}]""", "known form")]
    [InlineData("""["a@github:user/repo#abc", {}, "user-repo-abc"]""", "not a package of the registry")]
    [InlineData("""["a@git+https://example.com/x.git#abc", {}, "abc"]""", "not a package of the registry")]
    [InlineData("""["a@file:../../secret", {}]""", "not a package of the registry")]
    [InlineData("""["a@https://example.com/x.tgz", {}]""", "not a package of the registry")]
    [InlineData("""["a@workspace:../outside"]""", "outside")]
    [InlineData("""["a@workspace:/etc"]""", "outside")]
    [InlineData("""{ }""", "known form")]
    public void Check_WhenABunEntryIsNotOfTheRegistry_NamesIt(string entry, string reason)
    {
        var problems = LockfileRules.Check(PackageManager.Bun, $$"""{ "packages": { "a": {{entry}} } }""", Registry);

        problems.Should().ContainSingle().Which.Should().Contain("'a'").And.Contain(reason);
    }

    [Theory]
    [InlineData($$"""{ "packages": { "../../x": ["a@1.0.0", "", {}, "{{Checksum}}"] } }""")]
    [InlineData($$"""{ "packages": { "a/.bin": ["a@1.0.0", "", {}, "{{Checksum}}"] } }""")]
    [InlineData("""{ "workspaces": { "../x": {} }, "packages": {} }""")]
    [InlineData("""{ "patchedDependencies": { "a@1.0.0": "../a.patch" }, "packages": {} }""")]
    [InlineData("""{ "packages": [] }""")]
    [InlineData("[]")]
    [InlineData("not json")]
    public void Check_WhenBunLockIsNotOfItsForm_IsRefused(string text) =>
        LockfileRules.Check(PackageManager.Bun, text, Registry).Should().NotBeEmpty();

    // Bun takes the first of two, and so would get what no rule has seen.
    [Theory]
    [InlineData("""{ "packages": { "a": ["a@1.0.0", "http://127.0.0.1/x.tgz", {}, ""] }, "packages": {} }""")]
    [InlineData("""{ "packages": { "a": ["a@1.0.0", "http://127.0.0.1/x.tgz", {}, ""] }, "\u0070ackages": {} }""")]
    [InlineData("""{ "workspaces": { "../x": {} }, "workspaces": {}, "packages": {} }""")]
    [InlineData("""{ "patchedDependencies": { "a@1.0.0": "../a.patch" }, "patchedDependencies": {}, "packages": {} }""")]
    public void Check_WhenABunLockHasAKeyTwice_IsRefusedByItsName(string text) =>
        LockfileRules.Check(PackageManager.Bun, text, Registry).Should().ContainSingle()
            .Which.Should().MatchRegex("bun.lock cannot be read.*(packages|workspaces|patchedDep)");

    [Theory]
    [InlineData("""{ "packages": { "node_modules/a": { "version": "1.0.0", "resolved": "http://127.0.0.1/x.tgz" } }, "packages": {} }""")]
    [InlineData("""{ "packages": { "node_modules/a": { "resolved": "http://127.0.0.1/x.tgz" }, "node_modules/a": { "version": "1.0.0" } } }""")]
    [InlineData("""{ "packages": { "node_modules/a": { "version": "1.0.0", "resolved": "http://127.0.0.1/x.tgz", "resolved": null } } }""")]
    public void Check_WhenAnNpmLockHasAKeyTwice_IsRefusedByItsName(string text) =>
        LockfileRules.Check(PackageManager.Npm, text, Registry).Should().ContainSingle()
            .Which.Should().MatchRegex("package-lock.json cannot be read.*(packages|node_modules/a|resolved)");

    [Theory]
    [InlineData(PackageManager.Bun)]
    [InlineData(PackageManager.Npm)]
    public void Check_WhenAKeyIsNoText_IsRefused(PackageManager manager) =>
        LockfileRules.Check(manager, """{ "packages": { "\ud800": {} } }""", Registry).Should().NotBeEmpty();

    [Theory]
    [InlineData($$"""{ "version": "1.0.0", "resolved": "https://any.mirror/a/-/a-1.0.0.tgz", "integrity": "{{Checksum}}" }""")]
    [InlineData($$"""{ "version": "1.0.0", "integrity": "{{Checksum}}" }""")]
    [InlineData("""{ "version": "1.0.0" }""")]
    [InlineData("""{ "version": "1.0.0", "inBundle": true }""")]
    [InlineData("""{ "resolved": "packages/a", "link": true }""")]
    [InlineData($$"""{ "name": "real", "version": "1.0.0", "resolved": "https://any.mirror/real/-/real-1.0.0.tgz", "integrity": "{{Checksum}}" }""")]
    public void Check_WhenAnNpmEntryIsOfTheRegistry_HasNothingToSay(string entry) =>
        LockfileRules.Check(PackageManager.Npm,
            $$"""{ "packages": { "": {}, "packages/a": {}, "node_modules/b/node_modules/a": {{entry}} } }""", Registry).Should().BeEmpty();

    [Theory]
    [InlineData($$"""{ "version": "1.0.0", "resolved": "http://any.mirror/a/-/a-1.0.0.tgz", "integrity": "{{Checksum}}" }""")]
    [InlineData($$"""{ "version": "1.0.0", "resolved": "https://any.mirror/b/-/b-1.0.0.tgz", "integrity": "{{Checksum}}" }""")]
    [InlineData($$"""{ "version": "1.0.0", "resolved": "https://any.mirror/x.tgz?/a/-/a-1.0.0.tgz", "integrity": "{{Checksum}}" }""")]
    [InlineData($$"""{ "version": "1.0.0", "resolved": "git+ssh://git@github.com/u/r.git#abc" }""")]
    [InlineData($$"""{ "version": "file:../x" }""")]
    [InlineData("""{ "version": "1.0.0", "integrity": "sha1-AAAA" }""")]
    [InlineData("""{ "version": "1.0.0", "integrity": null }""")]
    [InlineData("""{ "version": "1.0.0", "resolved": 1 }""")]
    [InlineData("""{ "resolved": "../outside", "link": true }""")]
    [InlineData("""{ "link": true }""")]
    [InlineData("[]")]
    public void Check_WhenAnNpmEntryIsNotOfTheRegistry_NamesIt(string entry) =>
        LockfileRules.Check(PackageManager.Npm, $$"""{ "packages": { "node_modules/a": {{entry}} } }""", Registry)
            .Should().ContainSingle().Which.Should().Contain("'node_modules/a'");

    [Theory]
    [InlineData("""{ "packages": { "../x": { "version": "1.0.0" } } }""")]
    [InlineData("""{ "packages": { "node_modules/../../x": { "version": "1.0.0" } } }""")]
    [InlineData("""{ "packages": { "node_modules/.bin": { "version": "1.0.0" } } }""")]
    [InlineData("""{ "packages": { "packages/a": { "resolved": "https://any.mirror/a/-/a-1.0.0.tgz" } } }""")]
    [InlineData("""{ "lockfileVersion": 1, "dependencies": {} }""")]
    [InlineData("not json")]
    public void Check_WhenNpmLockIsNotOfItsForm_IsRefused(string text) =>
        LockfileRules.Check(PackageManager.Npm, text, Registry).Should().NotBeEmpty();

    [Fact]
    public void Check_WhenPnpmLockNamesTheRegistry_HasNothingToSay() =>
        LockfileRules.Check(PackageManager.Pnpm, PnpmLock(), Registry).Should().BeEmpty();

    [Theory]
    [InlineData("    resolution: {tarball: https://example.com/x.tgz}")]
    [InlineData($"    resolution: {{integrity: {Checksum}, tarball: https://example.com/x.tgz}}")]
    [InlineData("    resolution: {type: git, repo: https://example.com/x.git, commit: abc}")]
    [InlineData("    resolution: {directory: ../x, type: directory}")]
    [InlineData("    resolution:\n      tarball: https://example.com/x.tgz")]
    [InlineData("    \"resolution\": {tarball: https://example.com/x.tgz}")]
    [InlineData("    <<: *other")]
    [InlineData("    engines: {node: '>=6'}")]
    [InlineData($"    resolution: {{integrity: {Checksum}}}\n    resolution: {{tarball: https://example.com/x.tgz}}")]
    public void Check_WhenAPnpmEntryIsNotOfTheRegistry_IsRefused(string resolution) =>
        LockfileRules.Check(PackageManager.Pnpm, PnpmLock(resolution: resolution), Registry).Should().NotBeEmpty();

    [Theory]
    [InlineData("  a@https://example.com/x.tgz:")]
    [InlineData("  'a@file:../x':")]
    [InlineData("  a@1.0.0: {resolution: {tarball: x}}")]
    [InlineData("  \"a@1.0.0\":")]
    public void Check_WhenAPnpmKeyIsNoPackage_IsRefused(string key) =>
        LockfileRules.Check(PackageManager.Pnpm, PnpmLock(key), Registry).Should().NotBeEmpty();

    [Theory]
    [InlineData("pnpmfileChecksum: sha256-x")]
    [InlineData("---")]
    [InlineData("\"packages\":")]
    [InlineData("{packages: {}}")]
    [InlineData("lockfileVersion: '5.4'")]
    public void Check_WhenPnpmLockHasAnUnknownLine_IsRefused(string line) =>
        LockfileRules.Check(PackageManager.Pnpm, PnpmLock() + line + "\n", Registry).Should().NotBeEmpty();

    [Fact]
    public void Check_WhenPnpmLockWasMadeWithCode_NamesIt() =>
        LockfileRules.Check(PackageManager.Pnpm, PnpmLock() + "pnpmfileChecksum: sha256-x\n", Registry)
            .Should().ContainSingle().Which.Should().Contain(".pnpmfile.cjs");

    [Fact]
    public void Check_WhenAShrinkwrapIsRefused_NamesIt() =>
        LockfileRules.Check(PackageManager.Npm, "{}", Registry, "npm-shrinkwrap.json").Should().ContainMatch("npm-shrinkwrap.json is of*");

    [Fact]
    public void Check_WhenPnpmLockIsOld_IsRefused() =>
        LockfileRules.Check(PackageManager.Pnpm, PnpmLock().Replace("9.0", "6.0", StringComparison.Ordinal), Registry)
            .Should().ContainMatch("*version 9.0*");

    [Theory]
    [InlineData(PackageManager.Bun, "bun.lock")]
    [InlineData(PackageManager.Npm, "package-lock.json")]
    public void Check_WhenALockFileHoldsTooMany_RefusesItUnread(PackageManager manager, string name) =>
        LockfileRules.Check(manager, $$"""{ "packages": {}, "x": [0{{string.Concat(Enumerable.Repeat(",0", 2_000_000))}}] }""", Registry)
            .Should().Equal($"{name} holds more than 2,000,000 names and values.");

    private static string PnpmLock(string key = "  '@s/a@1.0.0':", string resolution = $"    resolution: {{integrity: {Checksum}}}") => $"""
        lockfileVersion: '9.0'

        settings:
          autoInstallPeers: true

        importers:

          .:
            dependencies:
              a:
                specifier: ^1.0.0
                version: 1.0.0

        packages:

        {key}
        {resolution}
            engines: {"{node: '>=6'}"}
            deprecated: |-
              resolution: is only text here

        snapshots:

          '@s/a@1.0.0': {"{}"}

        """;

    private static string PnpmImporting(string line) =>
        $"lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      ui:\n        specifier: workspace:*\n{line}\n";
}
