using System.Net;
using System.Net.Sockets;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>What an install may fetch, and what it keeps.</summary>
public sealed class InstallTests(SandboxFixture fixture)
{
    private static readonly SandboxExit Refused = new(SandboxExitReason.Refused, null);

    [Theory]
    [InlineData(PackageManager.Bun)]
    [InlineData(PackageManager.Npm)]
    [InlineData(PackageManager.Pnpm)]
    public async Task Install_WhenADependencyIsNotOfTheRegistry_IsRefusedAndNamesIt(PackageManager manager)
    {
        using var listener = Listen(out var port);
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("package.json", $$"""{ "dependencies": { "evil": "http://127.0.0.1:{{port}}/evil.tgz" } }"""));

        var exit = await open.InstallAsync(manager);

        exit.Should().Be(Refused);
        open.Output.Should().Contain("the dependency 'evil'");
        listener.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task Install_WhenItTakesMoreDiskThanItMay_EndsAsLimitExceeded()
    {
        var limits = new SandboxLimits { InstallDiskBytes = 0 };
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider, limits: limits);
        await open.WriteAsync(("package.json", """{ "dependencies": { "is-number": "7.0.0" } }"""));

        var exit = await open.InstallAsync(PackageManager.Bun);

        exit.Reason.Should().Be(SandboxExitReason.LimitExceeded, open.Output);
        open.Output.Should().Contain("The dependencies take more than 0 bytes of disk");
    }

    [Fact]
    public async Task Install_WhenTheProjectNamesAnotherRegistry_UsesOurs()
    {
        using var listener = Listen(out var port);
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(
            ("package.json", """{ "dependencies": { "@types/ms": "2.1.0" } }"""),
            // Of a scope too, since our own setting goes before the general one only.
            (".npmrc", $"registry=http://127.0.0.1:{port}/\n@types:registry=http://127.0.0.1:{port}/\n"),
            ("bunfig.toml", $"[install]\nregistry = \"http://127.0.0.1:{port}/\"\n"));

        var exit = await open.InstallAsync(PackageManager.Bun);

        exit.Succeeded.Should().BeTrue(open.Output);
        listener.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task Install_WhenTheLockFilePointsElsewhere_IsRefusedBeforeAnythingIsFetched()
    {
        using var listener = Listen(out var port);
        var checksum = "sha512-" + new string('A', 86) + "==";
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(
            ("package.json", """{ "dependencies": { "is-number": "7.0.0" } }"""),
            ("bun.lock", $$"""
                { "lockfileVersion": 1, "workspaces": { "": { "dependencies": { "is-number": "7.0.0" } } },
                  "packages": { "is-number": ["is-number@7.0.0", "http://127.0.0.1:{{port}}/x.tgz", {}, "{{checksum}}"], } }
                """));

        var exit = await open.InstallAsync(PackageManager.Bun);

        exit.Should().Be(Refused);
        open.Output.Should().Contain("entry 'is-number'").And.NotContain("trying");
        listener.Pending().Should().BeFalse();
    }

    [Fact]
    public async Task Build_OfHundredsOfWorkspacesWithDependenciesOfTheirOwn_Succeeds()
    {
        var member = """{ "dependencies": { "is-number": "6.0.0" } }""";
        (string, string)[] project =
        [
            ("package.json", """{ "workspaces": ["packages/*"], "dependencies": { "is-number": "7.0.0" } }"""),
            .. Enumerable.Range(0, 400).Select(number => ($"packages/p{number}/package.json", member)),
        ];
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(project);

        (await open.InstallAsync(PackageManager.Npm)).Succeeded.Should().BeTrue(open.Output);
        var exit = await open.BuildAsync(["sh", "-c", "mkdir dist; ls packages/p*/node_modules/is-number/package.json | wc -l"]);

        exit.Succeeded.Should().BeTrue(open.Output);
        open.Output.Should().Contain("\n400\n");
    }

    [Theory]
    [InlineData(PackageManager.Bun)]
    [InlineData(PackageManager.Npm)]
    [InlineData(PackageManager.Pnpm)]
    public async Task Build_WhenAWorkspaceHasAProgram_RunsTheProjectsOwnFile(PackageManager manager)
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(
            ("package.json", """
                { "name": "site", "version": "1.0.0", "workspaces": ["packages/*"], "scripts": { "build": "gen && say one" },
                  "dependencies": { "gen": "WORKSPACE", "say": "WORKSPACE" } }
                """.Replace("WORKSPACE", manager == PackageManager.Npm ? "*" : "workspace:*")),
            ("pnpm-workspace.yaml", "packages:\n  - 'packages/*'\n"),
            ("packages/gen/package.json", """{ "name": "gen", "version": "1.0.0", "bin": "./bin/gen.mjs" }"""),
            ("packages/gen/bin/gen.mjs", """
                #!/usr/bin/env node
                import fs from 'node:fs';
                fs.mkdirSync('dist');
                fs.writeFileSync('dist/index.html', 'made');
                console.log('gen-ran');
                """),
            ("packages/say/package.json", """{ "name": "say", "version": "1.0.0", "bin": { "say": "say" } }"""),
            // Without an ending, only the first line tells of the shell.
            ("packages/say/say", "#!/bin/sh\necho say-ran-$1\n"));

        (await open.InstallAsync(manager)).Succeeded.Should().BeTrue(open.Output);
        var built = await open.BuildAsync([manager.ToString().ToLowerInvariant(), "run", "build"]);

        built.Succeeded.Should().BeTrue(open.Output);
        open.Output.Should().Contain("gen-ran").And.Contain("say-ran-one");
    }

    [Fact]
    public async Task Install_WhenNothingChanged_UsesWhatIsStoredAndNobodyCanChangeIt()
    {
        var organization = $"org_{Guid.NewGuid():N}";
        (string, string)[] project =
        [
            ("package.json", """{ "type": "module", "dependencies": { "is-number": "7.0.0" } }"""),
            ("build.mjs", """
                import fs from 'node:fs';
                import isNumber from 'is-number';
                for (const path of ['node_modules/is-number/index.js', 'node_modules/.cache/x']) {
                  try { fs.writeFileSync(path, 'export default () => "poisoned"'); console.log('wrote', path); } catch (e) { console.log('refused', path, e.code); }
                }
                console.log('answer', isNumber(1));
                """),
        ];
        await using (var first = await OpenSandbox.CreateAsync(fixture.Provider, organization))
        {
            await first.WriteAsync(project);
            (await first.InstallAsync(PackageManager.Bun)).Succeeded.Should().BeTrue(first.Output);
            await first.BuildAsync(["node", "build.mjs"]);
            first.Output.Should().Contain("refused node_modules/is-number/index.js EROFS").And
                .Contain("wrote node_modules/.cache/x").And.Contain("answer true");
        }

        await using var second = await OpenSandbox.CreateAsync(fixture.Provider, organization);
        await second.WriteAsync(project);
        var again = await second.InstallAsync(PackageManager.Bun);
        await second.BuildAsync(["node", "build.mjs"]);

        again.Succeeded.Should().BeTrue();
        second.Output.Should().Contain("Dependencies unchanged: using the stored ones").And.Contain("answer true");
    }

    [Fact]
    public async Task Install_WhenAnInstallScriptIsThere_ItDoesNotRun()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("package.json", """{ "scripts": { "preinstall": "echo script-ran", "prepare": "echo script-ran" }, "dependencies": { "is-number": "7.0.0" } }"""));

        foreach (var manager in (PackageManager[])[PackageManager.Bun, PackageManager.Pnpm])
        {
            (await open.InstallAsync(manager)).Succeeded.Should().BeTrue(open.Output);
        }

        open.Output.Should().NotContain("script-ran");
    }

    [Fact]
    public async Task Install_WhenTheManagerIsYarn_SaysWhatIsSupported()
    {
        await using var open = await OpenSandbox.CreateAsync(fixture.Provider);
        await open.WriteAsync(("package.json", "{}"));

        var exit = await open.InstallAsync(PackageManager.Yarn);

        exit.Should().Be(Refused);
        open.Output.Should().Contain("Use bun (bun.lock), npm (package-lock.json) or pnpm (pnpm-lock.yaml)");
    }

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }
}
