using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class FailureHintsTests
{
    [Theory]
    [InlineData("Error: ENOSPC: no space left on device, write", "*scratch space*")]
    [InlineData("dd: error writing 'big': No space left on device", "*scratch space*")]
    [InlineData("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "*less memory*")]
    [InlineData("/usr/bin/bash: line 1: next: command not found", "*add its package to package.json*")]
    [InlineData("sh: 1: tsc: not found", "*add its package to package.json*")]
    [InlineData("[vite]: Rollup failed to resolve import \"left-pad\" from \"/work/m.js\".", "An import leads nowhere*")]
    [InlineData("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /work/a.mjs", "An import leads nowhere*")]
    [InlineData("  [cause]: Error: getaddrinfo EAI_AGAIN example.com", "A build has no network*")]
    [InlineData("error TS5033: mkdir /work/node_modules/x: read-only file system.", "Installed packages cannot be changed*")]
    [InlineData("Node.js v20.20.2 is not supported by Astro!", "*another version of Node*")]
    [InlineData("There is nothing to deploy: no wrangler configuration names it, and there is none of dist, build, out and public.", "Have the build write to dist*")]
    [InlineData("There is no site to deploy: none of dist (client, server) has an index.html of its own.", "Have the framework export static pages*")]
    [InlineData("npm error code EBADDEVENGINES", "*devEngines*")]
    public void For_ABuildThatFailed_FitsWhatItPrinted(string line, string hint) =>
        Hint("BUILD_FAILED", "The build failed: the command ended with exit code 1.", "$ bun run build", line).Should().Match(hint);

    [Theory]
    [InlineData("Failed to fetch `Geist` from Google Fonts.")]
    [InlineData("Module not found: Can't resolve '@vercel/turbopack-next/internal/font/google/font'")]
    public void For_FontsThatNextFetches_NamesTheOnesOfTheProject(string line) =>
        Hint("BUILD_FAILED", "The build failed.", "Module not found: Can't resolve '@vercel/turbopack-next/internal/font/google/font'", line)
            .Should().Contain("next/font/local");

    [Theory]
    [InlineData("BUILD_FAILED", "The build failed: it did not end within 240 s.", "Have the build script end by itself*")]
    [InlineData("TARGET_REJECTED", "service worker: Uncaught Error: No such module \"node:fs\".  imported from \"w.js\"", "Add \"nodejs_compat\"*")]
    [InlineData("TARGET_REJECTED", "service worker: Uncaught Error: config missing: API_KEY  at w.js:2:7", "The worker fails while it is loaded*")]
    [InlineData("ARTIFACT_INVALID", "These bindings of the wrangler config are not available: kv_namespaces.", "Take them out*")]
    public void For_ARefusal_FitsItsMessage(string code, string message, string hint) => Hint(code, message).Should().Match(hint);

    [Fact]
    public void Of_WhenNothingInTheOutputIsKnown_KeepsTheCodesOwnHint() =>
        Hint("BUILD_FAILED", "The build failed.", "src/a.ts(1,7): error TS2322").Should().Be("Fix the error shown in the excerpt; the whole output is in the log.");

    [Fact]
    public void Of_WhenTheRegistryWasAway_BlamesNoProject()
    {
        var failure = FailureCauses.Of(
            Error.Unexpected("INSTALL_FAILED", "The package registry could not be reached."), DeploymentStep.Build, ["Yarn is not supported"]);

        failure.Hint.Should().NotContain("yarn.lock");
    }

    private static string? Hint(string code, string message, params string[] excerpt) =>
        FailureCauses.Of(Error.Failure(code, message), DeploymentStep.Build, excerpt).Hint;
}
