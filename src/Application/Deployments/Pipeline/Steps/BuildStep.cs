using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>
/// Installs dependencies, builds, and stores the artifact; success is the exit code and nothing else. Once the step is done no crash
/// builds again.
/// </summary>
internal sealed class BuildStep(IArtifactStore artifacts, IOptions<DeploymentOptions> options) : IDeploymentStep
{
    private const string Bundler = "/opt/libra/bundle.mjs";
    private const long PackedAtOnce = 1 << 20; // bytes of a site that nobody waits for to be packed
    private const string ResultFolder = ".libra-out";

    public DeploymentStep Step => DeploymentStep.Build;

    public string? SkipReason(Deployment deployment) => StoredArtifact.ReasonToReuse(deployment);

    public bool IsInstant(StepContext context) => context is { Sandbox: null, Source.TotalBytes: <= PackedAtOnce };

    public string Announcement(StepContext context) => context switch
    {
        { Sandbox: null } => "Nothing to install or build: storing the files as they are",
        _ when context.Source!.Find(PackageJson.FileName) is null => "No package.json, so nothing to install: building",
        _ => "Installing dependencies and building",
    };

    public async Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var stored = context.Sandbox is null
            ? await SaveStaticFilesAsync(context, cancellationToken)
            : await BuildAsync(context, context.Sandbox, cancellationToken);
        if (stored.IsError) return stored.Errors;

        var artifact = stored.Value;
        if (artifact.Note is { } note) context.Log.Write(Logs.LogLevel.Warn, Step, note);
        context.Log.Write(Logs.LogLevel.Info, Step, $"Artifact {artifact.Digest[..12]}, {artifact.Size} bytes");
        return Result.Success;
    }

    private Task<ErrorOr<ArtifactReference>> SaveStaticFilesAsync(StepContext context, CancellationToken cancellationToken)
    {
        var site = StaticFiles.SiteOf(context.Source!);
        foreach (var surprise in StaticFiles.Surprises(context.Source!, site)) context.Log.Write(Logs.LogLevel.Warn, Step, surprise);
        return artifacts.SaveStaticFilesAsync(site, cancellationToken, ClaimFor(context));
    }

    // Recorded before it is stored: from then on no cleanup takes the same content of another deployment for unused.
    private static ArtifactClaim ClaimFor(StepContext context) => (artifact, cancellationToken) => context.RecordAsync(
        (current, token) => current.RecordArtifact(token, artifact.Digest, artifact.Size, reused: false), cancellationToken);

    private async Task<ErrorOr<ArtifactReference>> BuildAsync(StepContext context, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var layout = ProjectLayout.Of(context.Source!);
        if (layout.IsError) return layout.Errors;

        if (layout.Value.HasPackageJson)
        {
            var installed = await InstallAsync(context, sandbox, layout.Value.PackageManager, cancellationToken);
            if (installed.IsError) return installed.Errors;
        }

        await using var result = TemporaryStream.Open();
        var built = await RunBuildAsync(context, sandbox, layout.Value, result, cancellationToken);
        if (built.IsError) return built.Errors;

        await context.TearDownSandboxAsync(); // what is inside has done its part; its memory is for the next build
        result.Position = 0;
        return await artifacts.SaveBuildResultAsync(result, cancellationToken, ClaimFor(context));
    }

    private async Task<ErrorOr<Success>> InstallAsync(
        StepContext context, ISandbox sandbox, PackageManager manager, CancellationToken cancellationToken)
    {
        var install = new DependencyInstall(manager, context.Deployment.OrganizationId, options.Value.InstallTimeout);
        var exit = await sandbox.InstallAsync(install, Output(context), cancellationToken);
        context.Log.EndOutput(Step);
        if (exit.Succeeded) return Result.Success;
        if (exit.Reason == SandboxExitReason.LimitExceeded)
        {
            var limit = ByteSize.Show(options.Value.InstallDiskBytes);
            return Error.Failure(
                "INSTALL_FAILED", $"The dependencies take more than {limit} of disk, the most that Deployments:InstallDiskBytes allows.");
        }

        // What we refuse ourselves is told in the words of the project, which may speak of a network.
        var tail = context.Log.Tail(Step, options.Value.ExcerptLines);
        return exit.Reason != SandboxExitReason.Refused && RegistryTrouble.IsShownBy(tail)
            ? Error.Unexpected("INSTALL_FAILED", "The package registry could not be reached while installing dependencies.")
            : Error.Failure("INSTALL_FAILED", $"Installing dependencies failed: {HowItEnded(exit, options.Value.InstallTimeout)}.");
    }

    private async Task<ErrorOr<Success>> RunBuildAsync(
        StepContext context, ISandbox sandbox, ProjectLayout layout, Stream result, CancellationToken cancellationToken)
    {
        var build = new SandboxBuild(Commands(layout), ResultFolder, options.Value.BuildTimeout, Environment(layout));
        var exit = await sandbox.BuildAsync(build, result, Output(context), cancellationToken);
        context.Log.EndOutput(Step);
        if (exit.Succeeded) return Result.Success;

        return exit.Reason == SandboxExitReason.OutOfMemory
            ? Error.Failure("BUILD_OUT_OF_MEMORY", $"The build used more than {options.Value.SandboxMemoryBytes >> 20} MiB of memory.")
            : Error.Failure("BUILD_FAILED", $"The build failed: {HowItEnded(exit, options.Value.BuildTimeout)}.");
    }

    private static List<IReadOnlyList<string>> Commands(ProjectLayout layout)
    {
        var commands = new List<IReadOnlyList<string>>();
        if (layout.BuildScript is not null) commands.Add([ProgramOf(layout.PackageManager), "run", "build"]);
        commands.Add(["node", Bundler]);
        return commands;
    }

    private static Dictionary<string, string> Environment(ProjectLayout layout)
    {
        var variables = new Dictionary<string, string> { ["NODE_ENV"] = "production" };
        // Only so does npm run a script whatever devEngines asks for; and it warns of it, wherever it runs.
        if (layout.HasDevEngines) variables["NPM_CONFIG_FORCE"] = "true";
        return variables;
    }

    private static string ProgramOf(PackageManager manager) => manager switch
    {
        PackageManager.Bun => "bun",
        PackageManager.Npm => "npm",
        PackageManager.Pnpm => "pnpm",
        PackageManager.Yarn => "yarn",
        PackageManager.None => throw new InvalidOperationException("A build script without a package.json."),
    };

    private SandboxOutput Output(StepContext context) => (stream, data, cancellationToken) =>
        context.Log.WriteOutputAsync(
            Step, stream == SandboxStream.Stderr ? Logs.LogStream.Stderr : Logs.LogStream.Stdout, data, cancellationToken);

    private static string HowItEnded(SandboxExit exit, TimeSpan limit) => exit.Reason switch
    {
        SandboxExitReason.Exited => $"the command ended with exit code {exit.ExitCode}",
        SandboxExitReason.TimedOut => $"it did not end within {limit.TotalSeconds:0} s",
        SandboxExitReason.OutOfMemory => "it used more memory than allowed",
        SandboxExitReason.Refused => "what the project asks for is not installed here",
        SandboxExitReason.LimitExceeded => "it used more than a sandbox may (processes, disk or size of the result)",
        _ => "it was killed",
    };
}

