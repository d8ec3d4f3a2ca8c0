using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>What the steps of one attempt hand to each other. Nothing here outlives the worker; what must is in the journal.</summary>
internal sealed class StepContext(Deployment deployment, Lease lease, IDeploymentLogWriter log, OpenJournal journal) : IAsyncDisposable
{
    private readonly List<Func<Deployment, long, ErrorOr<Success>>> _toRecord = [];
    private Deployment _deployment = deployment;

    /// <summary>
    /// The deployment as this worker last changed it, to be read only: changes go through <see cref="RecordAsync"/>. One that could
    /// not be saved has left its marks until the next.
    /// </summary>
    public Deployment Deployment => _deployment;

    public IDeploymentLogWriter Log { get; } = log;

    /// <summary>Set by validation, or read again after a crash.</summary>
    public Project? Project { get; set; }

    /// <summary>The files to build; read when first needed.</summary>
    public SourceTree? Source { get; set; }

    public ISandbox? Sandbox { get; set; }

    /// <summary>Where the version is live; known once the target took it.</summary>
    public string? Address { get => field ?? _deployment.WorkerUrl; set; }

    /// <summary>True when the step was begun before in this attempt, by a worker that did not finish it.</summary>
    public bool IsResumed(DeploymentStep step) =>
        _deployment.Journal.Any(run => run.Step == step && run.Attempt == _deployment.Attempt && run.Starts > 1);

    /// <summary>
    /// Writes it to the journal together with what is recorded next, in one transaction: for what a worker that dies in between
    /// would only do again.
    /// </summary>
    public void RecordWithNext(Func<Deployment, long, ErrorOr<Success>> change) => _toRecord.Add(change);

    /// <summary>Writes to the journal; refused when another worker has taken the deployment over.</summary>
    public async Task<ErrorOr<Success>> RecordAsync(Func<Deployment, long, ErrorOr<Success>> change, CancellationToken cancellationToken)
    {
        Func<Deployment, long, ErrorOr<Success>>[] changes = [.. _toRecord, change];
        return Take(await journal.ChangeAsync(current => Apply(changes, current), cancellationToken));
    }

    /// <summary>
    /// Writes to the journal in one transaction with what another module is asked for; neither is done when another worker has taken the
    /// deployment over, or when the module refuses.
    /// </summary>
    /// <param name="along">Asks the module by the services of the transaction's scope, and leaves the commit to this.</param>
    public async Task<ErrorOr<T>> RecordAsync<T>(
        Func<Deployment, long, ErrorOr<Success>> change, Func<IServiceProvider, Task<ErrorOr<T>>> along,
        CancellationToken cancellationToken)
    {
        Func<Deployment, long, ErrorOr<Success>>[] changes = [.. _toRecord, change];
        ErrorOr<T> answer = default;
        var recorded = Take(await journal.ChangeAsync(
            async (current, services) =>
            {
                if (Apply(changes, current) is { IsError: true } refused) return refused;

                // The deployment's row is held, but not yet written: who holds the project and reads its deployments need not wait.
                answer = await along(services);
                return answer.IsError ? answer.Errors : Result.Success;
            },
            cancellationToken));
        return recorded.IsError ? recorded.Errors : answer;
    }

    /// <summary>Ends whatever still runs in the sandbox. The context goes on without one.</summary>
    public async Task TearDownSandboxAsync()
    {
        if (Sandbox is not { } sandbox) return;

        Sandbox = null;
        DeploymentMetrics.SandboxClosed();
        await sandbox.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await TearDownSandboxAsync();

    private ErrorOr<Success> Take(ErrorOr<Deployment> saved)
    {
        if (saved.IsError) return saved.Errors;

        _toRecord.Clear();
        _deployment = saved.Value;
        return Result.Success;
    }

    private ErrorOr<Success> Apply(Func<Deployment, long, ErrorOr<Success>>[] changes, Deployment current)
    {
        foreach (var change in changes)
            if (change(current, lease.Token) is { IsError: true } refused) return refused;
        return Result.Success;
    }
}
