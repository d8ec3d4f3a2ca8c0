using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>A target that answers what a test wants and remembers what it was asked to publish.</summary>
internal sealed class ScriptedTarget : IDeployTarget
{
    private readonly List<string> _published = [];
    private readonly List<string?> _domains = [];

    public string Name => "scripted";

    public Func<CancellationToken, Task<ErrorOr<Success>>> OnCheck { get; set; } = _ => Fine();

    public Func<CancellationToken, Task<ErrorOr<Success>>> OnPublish { get; set; } = _ => Fine();

    public Func<CancellationToken, Task<ErrorOr<Success>>> OnVerify { get; set; } = _ => Fine();

    /// <summary>Digests in the order in which they came.</summary>
    public IReadOnlyList<string> Published => _published;

    /// <summary>Custom domains that came with them; null for none.</summary>
    public IReadOnlyList<string?> Domains => _domains;

    public Uri AddressOf(WorkerName worker) => new($"http://{worker.Value}.example");

    public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => OnCheck(cancellationToken);

    public Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        _published.Add(request.Artifact.Digest);
        _domains.Add(request.CustomDomain?.Value);
        return OnPublish(cancellationToken);
    }

    public Task<ErrorOr<Success>> VerifyAsync(PublishRequest request, CancellationToken cancellationToken) => OnVerify(cancellationToken);

    /// <summary>Answers with a failure.</summary>
    public static Func<CancellationToken, Task<ErrorOr<Success>>> Says(Error error) => _ => Task.FromResult<ErrorOr<Success>>(error);

    public static Task<ErrorOr<Success>> Fine() => Task.FromResult<ErrorOr<Success>>(Result.Success);
}
