namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>Where objects are kept when no S3-compatible store is configured.</summary>
public sealed record FolderObjectStoreOptions
{
    /// <summary>Folder that holds one folder for each bucket; made when missing.</summary>
    public required string Root { get; init; }
}
