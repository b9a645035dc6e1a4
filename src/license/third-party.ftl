<#-- META-INF/THIRD-PARTY.txt: one line for each library. -->
Libraries that MomentGAN is shipped with, unchanged. A library with several licences is used under the first of them
that META-INF has: LICENSE (Apache-2.0) or a file of licenses/. NOTICE names what libraries hold within them.
Made by: mvn -Prelease license:add-third-party@third-party

<#list dependencyMap as e>
<#assign project = e.getKey()/>
<#assign names><#list e.getValue() as license>${license}<#sep> or </#list></#assign>
${project.groupId}:${project.artifactId}:${project.version} | ${names}
</#list>
