namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>Where objects are kept when no S3-compatible store is configured.</summary>
public sealed record FolderObjectStoreOptions
{
    /// <summary>Folder that holds one folder for each bucket; made when missing.</summary>
    public string Root { get; init; } = string.Empty;

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Path.IsPathFullyQualified(Root)) yield return "The object folder must be an absolute path.";
    }
}
