using Libra.Deploy.Infrastructure.Credentials;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;

/// <summary>The Daytona account that sandboxes are rented on.</summary>
public sealed record DaytonaOptions : RemoteOptions
{
    internal const string KeyVariable = "DAYTONA_API_KEY";

    /// <summary>
    /// The snapshot of the sandboxes, made from <c>runtime/remote/Dockerfile</c>; it decides how much memory and disk they have.
    /// </summary>
    public string Snapshot { get; init; } = "libra-deploy";

    /// <summary>Needed with keys that are for several organizations.</summary>
    public string? OrganizationId { get; init; }

    /// <inheritdoc />
    public override string Workspace { get; init; } = "/home/daytona/libra";

    /// <summary>Where sandboxes are made and ended.</summary>
    public Uri ApiUrl { get; init; } = new("https://app.daytona.io/api/");

    /// <summary>Where the inside of every sandbox answers; null takes what the service says of each one.</summary>
    public Uri? ToolboxUrl { get; init; }

    /// <inheritdoc />
    public override IEnumerable<string> Problems()
    {
        foreach (var problem in CommonProblems("Daytona", KeyVariable)) yield return problem;
        if (Snapshot.Length == 0) yield return "Daytona:Snapshot must be a name.";
        if (!SafeAddress.Is(ApiUrl) || !ApiUrl.OriginalString.EndsWith('/') || (ToolboxUrl is not null && !SafeAddress.Is(ToolboxUrl)))
            yield return "Daytona:ApiUrl, which ends with /, and Daytona:ToolboxUrl must be https addresses (http only on this machine).";
    }
}
