using System.Text.RegularExpressions;
using Libra.Deploy.Infrastructure.Credentials;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>What all services that rent sandboxes have in common.</summary>
public abstract partial record RemoteOptions
{
    public required ServiceKey ApiKey { get; init; }

    /// <summary>
    /// Tells the sandboxes of this installation from those of others on the same account; all nodes of one have the same.
    /// </summary>
    public string Label { get; init; } = "libra-deploy";

    /// <summary>Folder inside in which everything of a deployment lies.</summary>
    public abstract string Workspace { get; init; }

    /// <summary>Folder inside with <c>node_modules</c> and <c>tools</c> of the pinned runtime.</summary>
    public string Toolchain { get; init; } = "/opt/libra";

    /// <summary>The npm registry that the sandboxes install from; null takes the one of this machine's npm configuration.</summary>
    public Uri? Registry { get; init; }

    /// <summary>
    /// A sandbox that was not renewed for this long goes away by itself: what a dead worker leaves costs no more than this.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a sandbox may take to start, and how long to wait for room when the account's quota is used up.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>One call, without its repetitions; a transfer of files may take longer.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One transfer of files.</summary>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A running command from which nothing at all is heard for this long has been lost.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public abstract IEnumerable<string> Problems();

    protected IEnumerable<string> CommonProblems(string name, string keyVariable)
    {
        if (!ApiKey.IsUsable) yield return $"{keyVariable} is needed for the sandbox provider {name.ToLowerInvariant()}.";
        if (!LabelText().IsMatch(Label)) yield return $"{name}:Label takes letters, digits, - and _, 63 at most.";
        if (!Folder().IsMatch(Workspace) || !Folder().IsMatch(Toolchain))
            yield return $"{name}:Workspace and {name}:Toolchain must be absolute paths of plain names.";
        if (Registry is { } registry && registry is not { IsAbsoluteUri: true, Scheme: "https" })
            yield return $"{name}:Registry must be an https address.";
        if (Lease < TimeSpan.FromSeconds(3)
            || new[] { StartTimeout, CallTimeout, TransferTimeout, SilenceLimit }.Any(time => time <= TimeSpan.Zero))
            yield return $"The times of {name} must be positive, and {name}:Lease 3 s or more.";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelText();

    [GeneratedRegex(@"\A(/[A-Za-z0-9_.-]+)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Folder();
}
