using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>The projects that a deployment without files of its own starts from.</summary>
public interface IProjectTemplates
{
    /// <summary>Every template there is, in alphabetical order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The files of a template, or an error that lists the known ones.</summary>
    /// <exception cref="IOException">The template is known and cannot be read.</exception>
    Task<ErrorOr<IReadOnlyList<SourceFile>>> LoadAsync(string templateType, CancellationToken cancellationToken);
}
