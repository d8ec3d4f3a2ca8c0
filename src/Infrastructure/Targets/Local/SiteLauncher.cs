using System.Net;
using ErrorOr;
using Libra.Deploy.Infrastructure.Artifacts;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Starts processes for sites.</summary>
internal sealed class SiteLauncher(
    LocalTargetOptions options,
    SiteArtifacts artifacts,
    WorkerdProgram program,
    SiteControlGroups groups,
    TimeProvider clock,
    ILogger<SiteLauncher> logger) : IDisposable
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _probe = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    /// <summary>Starts a process that serves an artifact, which the caller holds, and waits until it listens.</summary>
    public async Task<ErrorOr<SiteInstance>> StartAsync(string worker, string digest, CancellationToken cancellationToken)
    {
        var newestDate = await program.NewestCompatibilityDateAsync(cancellationToken);
        if (newestDate.IsError) return newestDate.Errors;

        if (await artifacts.FindAsync(digest, cancellationToken) is not { } manifest)
            return TargetErrors.Unavailable($"The files of artifact {digest} are not on this machine any more; deploy {worker} again.");

        var run = WorkingFolder(worker);
        Directory.CreateDirectory(run);
        var config = Path.Combine(run, digest + ".capnp");
        await File.WriteAllTextAsync(config, WorkerdConfig.For(manifest, artifacts.FolderOf(digest), newestDate.Value), cancellationToken);

        var memory = groups.Create(worker);
        var process = await WorkerdProcess.StartAsync(
            program.Serve(config, run, memory.JoinFiles), memory, worker, options.StartTimeout, logger, cancellationToken);
        File.Delete(config); // workerd has read it
        if (process.IsError) return process.Errors;
        logger.LogInformation("{Worker} serves artifact {Digest} as process {Pid}", worker, digest, process.Value.Id);
        return new SiteInstance(digest, process.Value, clock);
    }

    /// <summary>Asks a new process for <c>/</c>. An answer of any kind will do, unless it is the worker's failure.</summary>
    public async Task<ErrorOr<Success>> ProbeAsync(string worker, SiteInstance instance, CancellationToken cancellationToken)
    {
        var (status, failure) = await AskAsync(worker, instance, cancellationToken);
        if (status < HttpStatusCode.InternalServerError) return Result.Success;

        await instance.Process.DisposeAsync(); // so that all it printed is known
        var what = failure ?? $"answers {(int)status!} at /";
        return TargetErrors.VerificationFailed($"The new version {what}. {instance.Process.LastOutput}".TrimEnd());
    }

    /// <summary>False when a process that has served is stuck: not even a failure comes when it is asked for <c>/</c>.</summary>
    public async Task<bool> AnswersAsync(string worker, SiteInstance instance, CancellationToken cancellationToken) =>
        (await AskAsync(worker, instance, cancellationToken)).Status is not null;

    /// <summary>Removes what the processes of a worker left in their working folder.</summary>
    public void CleanUp(string worker) => TemporaryFolder.Remove(WorkingFolder(worker));

    public void Dispose() => _probe.Dispose();

    /// <summary>The status of the answer for <c>/</c>, or what kept it from coming.</summary>
    private async Task<(HttpStatusCode? Status, string? Failure)> AskAsync(
        string worker, SiteInstance instance, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ProbeTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, instance.Address + "/");
            request.Headers.Host = worker + ".localhost";
            using var answer = await _probe.SendAsync(request, timeout.Token);
            return (answer.StatusCode, null);
        }
        catch (HttpRequestException e)
        {
            return (null, $"cannot be asked for / ({e.Message})");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"does not answer at / within {ProbeTimeout.TotalSeconds:0} s");
        }
    }

    private string WorkingFolder(string worker) => Path.GetFullPath(Path.Combine(options.Root, "run", worker));
}
