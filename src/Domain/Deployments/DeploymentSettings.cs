namespace Libra.Deploy.Domain.Deployments;

/// <summary>What the caller asked for besides the source.</summary>
/// <param name="Timeout">Longest time from the first start to the end, over all attempts' running time.</param>
/// <param name="Debug">Writes more into the deployment's log.</param>
/// <param name="Force">Builds even when the source is known.</param>
/// <param name="MaxAttempts">First attempt included.</param>
/// <param name="Priority">0 to 10 within the organization; higher first.</param>
public sealed record DeploymentSettings(TimeSpan Timeout, bool Debug = false, bool Force = false, int MaxAttempts = 4, int Priority = 5)
{
    /// <summary>
    /// True when the request asked for less than the longest time that it could have had: running out of it is then the user's doing.
    /// </summary>
    public bool TimeoutShortened { get; init; }

    /// <summary>The same wishes under the limits that hold now, which may have been changed since.</summary>
    /// <param name="longest">Longest time of a whole deployment.</param>
    /// <param name="maxAttempts">First attempt included.</param>
    public DeploymentSettings Under(TimeSpan longest, int maxAttempts)
    {
        var shortened = TimeoutShortened && Timeout < longest;
        return this with { Timeout = shortened ? Timeout : longest, TimeoutShortened = shortened, MaxAttempts = maxAttempts };
    }
}

/// <summary>Where a deployment's source comes from.</summary>
public enum SourceKind
{
    /// <summary>The project's template and its own history, as they are when the deployment runs.</summary>
    Project,
    /// <summary>Files or history that came with the request.</summary>
    Request,
    /// <summary>The stored artifact of an earlier deployment: a rollback.</summary>
    Artifact,
}

/// <summary>Who asked for a deployment of what.</summary>
/// <param name="Domain">Null for none.</param>
public sealed record DeploymentOrigin(
    string ProjectId,
    string OrganizationId,
    string UserId,
    SourceKind Source,
    DomainMove? Domain = null,
    string? RequestId = null,
    DeploymentId? PredecessorId = null)
{
    /// <summary>W3C trace context of the request; null when nobody traces.</summary>
    public string? TraceParent { get; init; }

    /// <summary>What counts as the moment of its acceptance, though it may start at once; null means the moment itself.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }
}
