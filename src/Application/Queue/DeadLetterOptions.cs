using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.Application.Queue;

/// <summary>How long settled dead letters are kept.</summary>
public sealed class DeadLetterOptions
{
    /// <summary>Days from the settlement on.</summary>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 30;
}
