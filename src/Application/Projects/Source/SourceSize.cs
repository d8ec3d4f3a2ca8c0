using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Counts files and bytes as they come, and stops at the first that goes beyond a limit.</summary>
internal sealed class SourceSize(SourceLimits limits)
{
    private int files;
    private long bytes;

    public ErrorOr<Success> Add(string path, long length)
    {
        if (length > limits.MaxFileBytes) return SourceErrors.FileTooLarge(path, length, limits.MaxFileBytes);
        if (++files > limits.MaxFiles) return SourceErrors.TooManyFiles(path, limits.MaxFiles);

        bytes += length;
        return bytes > limits.MaxTotalBytes ? SourceErrors.SourceTooLarge(path, limits.MaxTotalBytes) : Result.Success;
    }
}
