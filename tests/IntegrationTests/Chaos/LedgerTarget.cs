using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>
/// A target that writes each version it makes into the ledger of its worker, and makes none of what is live already. A doubled
/// effect is a deployment with two versions; a stale worker's, one that came after a newer deployment's.
/// </summary>
internal sealed class LedgerTarget(Workspace workspace, string node) : IDeployTarget
{
    /// <summary>Name of the order.</summary>
    public const string Part = "target";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public string Name => "ledger";

    public static string VersionsOf(string worker) => $"versions-{worker}";

    public Uri AddressOf(WorkerName worker) => new($"http://{worker.Value}.example");

    public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => Task.FromResult<ErrorOr<Success>>(Result.Success);

    public async Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        if (await IsAwayAsync(cancellationToken)) return Busy();

        var kind = ProjectKinds.Of(request.ProjectId);
        if (kind == ProjectKind.Down) return Busy();
        var first = kind is ProjectKind.Busy or ProjectKind.Lost && await IsFirstTryAsync(request);
        if (first && kind == ProjectKind.Busy) return Busy();

        await workspace.WriteAsync(VersionsOf(request.Worker.Value), lines => Next(lines, request));
        await Task.Delay(Pause, cancellationToken);
        return first ? Error.Unexpected("TARGET_UNAVAILABLE", "The scripted target's answer was lost.") : Result.Success;
    }

    public Task<ErrorOr<Success>> VerifyAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var versions = workspace.Read(VersionsOf(request.Worker.Value));
        var isLive = versions is [.., var live] && live.Contains(request.Artifact.Digest, StringComparison.Ordinal);
        return Task.FromResult<ErrorOr<Success>>(
            isLive ? Result.Success : Error.Failure("VERIFICATION_FAILED", "Another version is live."));
    }

    private static Error Busy() => Error.Unexpected(
        "TARGET_UNAVAILABLE", "The scripted target is busy.", new() { ["retryAfter"] = TimeSpan.FromSeconds(1) });

    private IReadOnlyList<string> Next(IReadOnlyList<string> versions, PublishRequest request) =>
        versions is [.., var live] && live.Contains(request.Artifact.Digest, StringComparison.Ordinal)
            ? []
            : [$"{request.DeploymentId.Value} {request.Artifact.Digest} {node}"];

    private async Task<bool> IsFirstTryAsync(PublishRequest request)
    {
        var first = false;
        await workspace.WriteAsync($"tries-{request.DeploymentId.Value}", lines =>
        {
            first = lines.Count == 0;
            return ["try"];
        });
        return first;
    }

    private async Task<bool> IsAwayAsync(CancellationToken cancellationToken)
    {
        var away = false;
        await Suffering.ObeyAsync(workspace.OrderFor(Part), () => away = true, cancellationToken);
        return away;
    }
}
