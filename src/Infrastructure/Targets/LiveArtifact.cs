namespace Libra.Deploy.Infrastructure.Targets;

/// <summary>How a site says which artifact it serves, on every target.</summary>
internal static class LiveArtifact
{
    public const string Header = "X-Libra-Artifact";
}
