using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Counts files and bytes as they come, and stops at the first that goes beyond a limit.</summary>
internal sealed class SourceSize(SourceLimits limits)
{
    private int _files;
    private long _bytes;

    public ErrorOr<Success> Add(string path, long length)
    {
        if (length > limits.MaxFileBytes) return SourceErrors.FileTooLarge(path, length, limits.MaxFileBytes);
        if (++_files > limits.MaxFiles) return SourceErrors.TooManyFiles(path, limits.MaxFiles);

        _bytes += length;
        return _bytes > limits.MaxTotalBytes ? SourceErrors.SourceTooLarge(path, limits.MaxTotalBytes) : Result.Success;
    }
}
