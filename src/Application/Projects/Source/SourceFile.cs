namespace Libra.Deploy.Application.Projects.Source;

/// <summary>One file of a project, byte for byte.</summary>
/// <param name="Path">Relative, with <c>/</c>, as <see cref="SourcePath"/> leaves it.</param>
public sealed record SourceFile(string Path, ReadOnlyMemory<byte> Content);
